"""Starts K ranks, follows them, ends them, and explains why they ended."""

from scalelab.launch.launch import Outcome, launch

__all__ = ["Outcome", "launch"]
