"""Starts the ranks, each in a folder of its own, and reads their traces."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scalelab.course.conversion.isolated import rank
from scalelab.course.conversion.isolated.trace import RankTrace
from scalelab.launch.diagnose import explain
from scalelab.launch.launch import Limits, launch

LIMITS = Limits(seconds=60, stall_seconds=8)


@dataclass(frozen=True)
class IsolatedRanks:
    """A run: how it ended, in a word and in a sentence; each rank's trace, its lines, and the files it left."""

    ended: str
    reason: str
    ranks: list[RankTrace]
    lines: list[list[str]]
    files: list[set[str]]

    @property
    def finished(self) -> bool:
        """Whether all ranks came to their end."""
        return self.ended == "finished"

    @property
    def workers(self) -> int:
        """How many ranks there were."""
        return len(self.ranks)


def run_isolated(
    script: Path, arguments: Sequence[str], workers: int, room: Path, limits: Limits = LIMITS
) -> IsolatedRanks:
    """Run `script` as ranks that work in ROOM/rank-0, ROOM/rank-1, ..., with what lies there already.

    Raises ScaleLabError as `launch` does.
    """
    room = Path(room).resolve()
    for old in room.glob("trace-*.json"):
        old.unlink()
    words = [str(room), str(Path(script).resolve()), *map(str, arguments)]
    outcome = launch(rank.__file__, words, workers, folder=room, limits=limits, environment=_environment())
    reason = outcome.reason
    if outcome.ended == "failed":  # said of the learner's script, not of what it ran within
        reason = explain(outcome.output, workers, Path(script).name)
    return IsolatedRanks(
        outcome.ended,
        reason,
        [_read_trace(room / f"trace-{rank}.json") for rank in range(workers)],
        [outcome.output.of(rank, "stdout") for rank in range(workers)],
        [_files(room / f"rank-{rank}") for rank in range(workers)],
    )


def _environment() -> dict[str, str]:
    """This process's, with the data's folder as an absolute path: the ranks work elsewhere."""
    data = os.environ.get("SCALELAB_DATA")
    return dict(os.environ) | ({"SCALELAB_DATA": str(Path(data).resolve())} if data else {})


def _read_trace(path: Path) -> RankTrace:
    try:
        return msgspec.json.decode(path.read_bytes(), type=RankTrace)
    except (OSError, msgspec.DecodeError):
        return RankTrace()


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
