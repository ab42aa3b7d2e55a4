"""Stored experiments, one file each: what a run holds, how it is read, and what follows from it."""
