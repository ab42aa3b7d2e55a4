"""Checks the conversion of a submission: advice for the learner, and what its effective batch is judged by."""

from collections.abc import Callable

from scalelab.check import Report, check
from scalelab.errors import ScaleLabError
from scalelab.files.untrusted import clear_closed
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.sandbox.limited_fork import limited_fork

SECONDS, STALL_SECONDS = 60.0, 20.0


def check_conversion(run: SandboxedRun, seed: int) -> Report | None:
    """The conversion check of the submission in its sandbox; None for one worker, or where it could not be run.

    Its ranks read all that the graded run read, so no step takes fewer images for want of data.
    """
    if run.plan.workers < 2:
        return None
    place = run.home / "check"
    out = place / "out"
    out.mkdir(parents=True)
    try:
        return check(
            run.script, ["--data", str(run.data), "--out", str(out)], run.plan.workers, folder=out,
            limits=run.limits(SECONDS, STALL_SECONDS), environment=run.environment(seed),
            wrap_command=run.wrapping(place), place=place, watch=run.watching(place),
            own_process=_judge_in_fork,
        )  # fmt: skip
    except (ScaleLabError, OSError):  # what it has left may be closed to us
        return None
    finally:
        clear_closed(place)


def _judge_in_fork(judging: Callable[[], Report]) -> Report:
    return Report.from_json(limited_fork(lambda: judging().to_json().encode()).decode())
