"""What pull requests show of how far they have come: which are followed, what is told, what is due."""
