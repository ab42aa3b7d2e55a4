"""Many workers: starting them, watching them, ending them."""

from scalelab.parallel.launch import Outcome, launch

__all__ = ["Outcome", "launch"]
