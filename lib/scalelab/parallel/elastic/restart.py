"""Start a job again where it has lost a rank, with one fewer, until it comes to its end.

What the script has committed to disk is what it goes on from. So does torchrun's own elastic agent; Horovod's keeps the
processes that live, and commits in memory (docker/elastic.py).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scalelab.launch.launch import Limits, Outcome, Progress, launch

# What the launcher says where a rank was killed, or hangs: losses of a machine. A script's own error is none.
LOST = re.compile(r"was killed from outside|was ended by signal|^Stalled: |was lost")


@dataclass(frozen=True)
class Attempt:
    """A start of the job: with how many ranks, and how it ended."""

    workers: int
    outcome: Outcome


def run_elastic(
    script: Path | str,
    arguments: Sequence[str] = (),
    workers: int = 2,
    *,
    fewest: int = 1,
    folder: Path | str = ".",
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    watch: Callable[[int, Progress], None] = lambda attempt, progress: None,
) -> list[Attempt]:
    """Run the script as `launch` does; where a rank is lost, again with one fewer, down to `fewest`. All attempts.

    `limits.seconds` are those of all attempts together. `watch` gets the number of the attempt as well. A script that
    fails by itself is not started again: it would fail again.
    """
    attempts: list[Attempt] = []
    seconds, size = limits.seconds, workers
    while True:
        number = len(attempts)
        outcome = launch(
            script, arguments, size, folder=folder, limits=replace(limits, seconds=seconds),
            watch=lambda progress, number=number: watch(number, progress),  # type: ignore[misc]
        )  # fmt: skip
        attempts.append(Attempt(size, outcome))
        if outcome.ended != "failed" or size <= fewest or not LOST.search(outcome.reason):
            return attempts
        seconds = None if seconds is None else max(0.0, seconds - outcome.seconds)
        size -= 1
