"""Runs of real ranks that are judged again on every commit: what was told, what it depends on, which are run anew."""
