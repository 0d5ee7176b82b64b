"""How the hub's records look in GitHub's REST interface: from a record to JSON, nothing else."""
