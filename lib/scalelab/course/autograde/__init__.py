"""Grades a handed-in notebook: restores its cells, runs it in a sandbox, and scores it."""
