"""What follows from a write that nobody has done yet, as a run will then find it."""
