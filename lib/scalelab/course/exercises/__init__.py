"""Which cells are exercises, and how their answers are compared."""
