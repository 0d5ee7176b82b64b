"""The files of a candidate: who makes them, where they come from, and whether they are the right ones."""
