"""Tells of Python's own hash of a text, which is another in every process unless PYTHONHASHSEED is set."""

import builtins
import os
import sys

from scalelab.check.events import SaltedHash
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import Rank


def install(rank: Rank) -> None:
    """Watch `hash`, until the script has called it once with what it salts."""
    original = builtins.hash
    if os.environ.get("PYTHONHASHSEED", "random") != "random":
        return

    def watched(value: object) -> int:
        if _is_salted(value) and rank.is_own(sys._getframe(1).f_code.co_filename):
            hook(builtins, "hash", original)
            rank.tell(SaltedHash(rank.step, rank.where(sys._getframe(1))))
        return original(value)

    hook(builtins, "hash", watched)


def _is_salted(value: object) -> bool:
    return isinstance(value, str | bytes) or (isinstance(value, tuple) and any(map(_is_salted, value)))
