"""What is run whole with some commits only: another part of the recorded runs with each, on real ranks, in turn.

$SCALELAB_ROTATION says which instead: `3/56` for part 3 of 56, from 0; or `all`.
"""

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

PARTS = 56
VARIABLE = "SCALELAB_ROTATION"
SECONDS_OF_A_DAY = 86_400

T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """Number `number`, from 0, of so many parts."""

    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}of{self.of}"

    def fold(self, parts: int) -> "Part":
        """The same where there are no more than so many parts."""
        return Part(self.number % parts, parts) if parts < self.of else self

    def take(self, values: Sequence[T], always: Callable[[T], bool] = lambda value: False) -> list[T]:
        """Each value is in one of the parts, neighbours in different ones; some are `always` in it."""
        return [value for place, value in enumerate(values) if place % self.of == self.number or always(value)]


def part(setting: str | None = None) -> Part:
    """As $SCALELAB_ROTATION says, else by the number of this commit. Raises ValueError where it says something else."""
    setting = setting or os.environ.get(VARIABLE) or f"{_commits() % PARTS}/{PARTS}"
    number, _, of = "0/1".partition("/") if setting == "all" else setting.partition("/")
    if not (number.isdecimal() and of.isdecimal() and int(number) < int(of)):
        raise ValueError(f"{VARIABLE} is {setting!r}; say `3/{PARTS}`, or `all`.")
    return Part(int(number), int(of))


@cache
def _commits() -> int:
    """How many commits have led here; days where there is no history, so that all have their turn there as well."""
    here = ["git", "-C", str(Path(__file__).parent)]
    shallow = subprocess.run([*here, "rev-parse", "--is-shallow-repository"], capture_output=True, text=True)
    if shallow.stdout.strip() == "false":
        count = subprocess.run([*here, "rev-list", "--count", "HEAD"], capture_output=True, text=True)
        if count.stdout.strip():
            return int(count.stdout)
    return int(time.time() / SECONDS_OF_A_DAY)
