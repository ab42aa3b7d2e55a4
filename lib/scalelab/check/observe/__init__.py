"""Runs inside an observed rank: hooks that record what the script does, without changing its file."""
