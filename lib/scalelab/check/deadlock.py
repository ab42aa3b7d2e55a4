"""Detects a deadlock while the ranks run, and ends them without delay."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec

from scalelab.check.events import Alive, path
from scalelab.files.untrusted import open_plain
from scalelab.launch.launch import EndJobError, Progress

SIGNS = 4  # seconds without progress, told once a second
TAIL = 20_000  # bytes at the end of what a rank has told


class DeadlockWatch:
    """Called by `launch`. Ends the ranks when each waits in another call; `other` watches as well.

    `stall_seconds`: how long a rank may wait for others that come to no call; None where the engine sees to that.
    """

    def __init__(
        self,
        traces: Path,
        workers: int,
        other: Callable[[Progress], None] = lambda progress: None,
        stall_seconds: float | None = None,
    ):
        self.files, self.other = [path(traces, rank) for rank in range(workers)], other
        self.stall_signs = round(stall_seconds) if stall_seconds else 0
        self.looked = 0.0

    def __call__(self, progress: Progress) -> None:
        self.other(progress)
        if progress.seconds - self.looked > 1:
            self.looked = progress.seconds
            if wait_for_each_other([_last_signs(file, SIGNS) for file in self.files]):
                raise EndJobError("Stalled: the ranks wait for one another, each in another call.")
            if self.stall_signs and any(self._waits_too_long(file) for file in self.files):
                raise EndJobError("Stalled: a rank waits for others that do not come.")

    def _waits_too_long(self, file: Path) -> bool:
        signs = _last_signs(file, self.stall_signs)
        return len(signs) == self.stall_signs and _rests(signs)


def wait_for_each_other(signs: list[list[Alive]]) -> bool:
    """Whether no rank makes progress, all are in collective calls, and the calls are not the same."""
    if not all(len(of_rank) == SIGNS and _rests(of_rank) for of_rank in signs):
        return False
    return len({(of_rank[-1].call, of_rank[-1].tensor, of_rank[-1].wrapped) for of_rank in signs}) > 1


def _rests(signs: list[Alive]) -> bool:
    return signs[0].call is not None and len({(sign.calls, sign.call, sign.step) for sign in signs}) == 1


def _last_signs(file: Path, number: int) -> list[Alive]:
    """The last so many things that a rank has told, if all of them were signs of life."""
    try:
        with open_plain(file) as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - TAIL))
            lines = stream.read(2 * TAIL).splitlines()[-number:]
        return [msgspec.json.decode(line, type=Alive) for line in lines]
    except (OSError, msgspec.DecodeError):
        return []
