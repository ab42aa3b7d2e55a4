"""K ranks started, followed, ended and explained."""

from scalelab.launch.launch import Outcome, launch

__all__ = ["Outcome", "launch"]
