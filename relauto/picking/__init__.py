"""Picks: which commits a fix is, how they go onto a line, why they do not, and whether they are there."""
