"""Locks, scratch folders, where downloads are kept, and reading what a stranger wrote; standard library only."""
