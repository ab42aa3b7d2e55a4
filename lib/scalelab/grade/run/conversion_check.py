"""How a submission behaves as a distributed program: told to the learner, worth no points."""

from collections.abc import Callable

from scalelab.check import Report, check
from scalelab.errors import ScaleLabError
from scalelab.files.untrusted import clear_closed
from scalelab.grade.run.sandboxed_run import Room
from scalelab.sandbox.limited_fork import apart

SECONDS, STALL_SECONDS = 60.0, 20.0


def check_conversion(room: Room, workers: int, seed: int) -> Report | None:
    """The conversion check of the submission in its room; None for one worker, or where it could not be run."""
    if workers < 2:
        return None
    place = room.home / "check"
    out = place / "out"
    out.mkdir(parents=True)
    try:
        return check(
            room.script, ["--data", str(room.data), "--out", str(out)], workers, folder=out,
            limits=room.limits(SECONDS, STALL_SECONDS), environment=room.environment(seed),
            enclose=room.enclosing(place), place=place, watch=room.watching(place),
            apart=_judge_apart,
        )  # fmt: skip
    except (ScaleLabError, OSError):  # what it has left may be closed to us
        return None
    finally:
        clear_closed(place)


def _judge_apart(judging: Callable[[], Report]) -> Report:
    return Report.from_json(apart(lambda: judging().to_json().encode()))
