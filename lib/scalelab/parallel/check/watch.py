"""Looks over the ranks' shoulders while they run: those that wait for one another are ended without delay."""

from pathlib import Path

import msgspec

from scalelab.parallel.check.events import Alive, path
from scalelab.parallel.launch import Outcome, Progress
from scalelab.parallel.output import Output

SIGNS = 4  # seconds without progress, told once a second
TAIL = 20_000  # bytes at the end of what a rank has told


class WaitForEachOtherError(Exception):
    """Raised to end all ranks."""


class Watch:
    """Called by `launch`. Keeps the ranks' output, and ends them when each waits in another call."""

    def __init__(self, told: Path, workers: int):
        self.files = [path(told, rank) for rank in range(workers)]
        self.output = Output()
        self.seconds = self.looked = 0.0

    def __call__(self, progress: Progress) -> None:
        for line in progress.lines:
            self.output.add(line)
        self.seconds = progress.seconds
        if progress.seconds - self.looked > 1:
            self.looked = progress.seconds
            if wait_for_each_other([_last_signs(file) for file in self.files]):
                raise WaitForEachOtherError

    def outcome(self) -> Outcome:
        """How the job ended that this watch has ended."""
        reason = "Stalled: the ranks wait for one another, each in another call."
        return Outcome("failed", reason, self.seconds, self.output)


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
        with file.open("rb") as stream:
            stream.seek(max(0, file.stat().st_size - TAIL))
            lines = stream.read().splitlines()[-SIGNS:]
        return [msgspec.json.decode(line, type=Alive) for line in lines]
    except (OSError, msgspec.DecodeError):
        return []
