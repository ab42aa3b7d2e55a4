"""Which cells are exercises, how their answers are compared, and edits of those that are scripts."""
