"""A handed-in notebook graded: its cells restored, run in walls, and scored."""
