"""Reads the text of a script: where values come from, and what surrounds a line."""
