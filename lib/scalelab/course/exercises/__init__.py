"""Exercises: which cells belong to one, how answers are compared, and edits of those that are scripts."""
