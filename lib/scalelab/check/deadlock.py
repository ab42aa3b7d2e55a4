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
    """Called by `launch`. Ends the ranks when each waits in another call; `other` watches as well."""

    def __init__(self, traces: Path, workers: int, other: Callable[[Progress], None] = lambda progress: None):
        self.files, self.other = [path(traces, rank) for rank in range(workers)], other
        self.looked = 0.0

    def __call__(self, progress: Progress) -> None:
        self.other(progress)
        if progress.seconds - self.looked > 1:
            self.looked = progress.seconds
            if wait_for_each_other([_last_signs(file) for file in self.files]):
                raise EndJobError("Stalled: the ranks wait for one another, each in another call.")


def wait_for_each_other(signs: list[list[Alive]]) -> bool:
    """Whether no rank makes progress, all are in calls of Horovod, and the calls are not the same."""
    if not all(len(of_rank) == SIGNS and _rests(of_rank) for of_rank in signs):
        return False
    return len({(of_rank[-1].call, of_rank[-1].tensor, of_rank[-1].wrapped) for of_rank in signs}) > 1


def _rests(signs: list[Alive]) -> bool:
    return signs[0].call is not None and len({(sign.calls, sign.call, sign.step) for sign in signs}) == 1


def _last_signs(file: Path) -> list[Alive]:
    """The signs of life among the last things that a rank has told, if they were the last SIGNS of them."""
    try:
        with open_plain(file) as stream:
            stream.seek(max(0, os.fstat(stream.fileno()).st_size - TAIL))
            lines = stream.read(2 * TAIL).splitlines()[-SIGNS:]
        return [msgspec.json.decode(line, type=Alive) for line in lines]
    except (OSError, msgspec.DecodeError):
        return []
