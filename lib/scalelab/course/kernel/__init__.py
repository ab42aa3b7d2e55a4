"""A notebook's kernel in walls, and what its cells put out."""
