"""The live acceptance run: the rehearsal's path on a sandbox repository of a real GitHub."""
