"""Runs a script as K observed ranks, for a bounded number of steps, where it can overwrite nothing."""

import ast
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from scalelab.check import observe
from scalelab.check.deadlock import DeadlockWatch
from scalelab.check.events import HURRIED, UNHURRIED
from scalelab.check.observation import Observation
from scalelab.check.rank_events import read
from scalelab.check.working_copy import lay
from scalelab.errors import ScaleLabError
from scalelab.files.untrusted import clear
from scalelab.launch.diagnose import explain_stall
from scalelab.launch.engine import HOW_TO_BE_STARTED, recognise, starts_itself
from scalelab.launch.launch import Limits, Outcome, Progress, launch

# Ranks that wait for each other are ended by the watch, within seconds. One that is only slow gets its time.
LIMITS = Limits(seconds=100, stall_seconds=20)


@contextmanager
def observed(
    script: Path | str,
    arguments: Sequence[str],
    workers: int,
    folder: Path | str,
    limits: Limits = LIMITS,
    environment: Mapping[str, str] | None = None,
    wrap_command: Callable[[list[str]], list[str]] | None = None,
    place: Path | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Iterator[Callable[[], Observation]]:
    """Run the ranks, as `check` says; what is given reads what they have told, which is gone at the end."""
    script = Path(script).resolve()
    _refuse(script, workers)
    engine = recognise(script)
    stall_seconds = None if engine == "horovod" else limits.stall_seconds  # Horovod ends its stalls itself
    room = Path(tempfile.mkdtemp(prefix="scalelab-check-", dir=place)).resolve()
    try:
        inside = Path(observe.__file__).with_name("__main__.py")

        def run(traces: Path, scratch: Path) -> Outcome:
            scratch.mkdir()
            lay(Path(folder).resolve(), scratch)
            words = [str(traces), str(script), *map(str, arguments)]
            return launch(
                inside, words, workers, folder=scratch, limits=limits, environment=environment, called=script.name,
                wrap_command=wrap_command, watch=DeadlockWatch(traces, workers, watch, stall_seconds), engine=engine,
            )  # fmt: skip

        traces = _made(room / "events")
        outcome = run(traces, room / "run")
        if _may_be_our_doing(outcome, traces):
            traces = _made(room / "events-unhurried")
            (traces / UNHURRIED).touch()
            outcome = run(traces, room / "run-unhurried")
        yield lambda: Observation(read(traces, workers), outcome)
    finally:
        clear(room)


def observe_run(
    script: Path | str, arguments: Sequence[str] = (), workers: int = 2, *, folder: Path | str = "."
) -> Observation:
    """What `check` would judge. Raises ScaleLabError where the run cannot be."""
    with observed(script, arguments, workers, folder) as observation:
        return observation()


def _may_be_our_doing(outcome: Outcome, traces: Path) -> bool:
    """Whether a rank fell, and not because others waited for it, after the calls of its model had been hurried."""
    stalled = explain_stall(outcome.output) is not None
    return outcome.ended == "failed" and not stalled and any(traces.glob(f"{HURRIED}*"))


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _refuse(script: Path, workers: int) -> None:
    if not script.is_file():
        raise ScaleLabError(f"There is no script {script}; give the path of a Python file.")
    if workers < 2:
        raise ScaleLabError(f"The check compares ranks, so it needs at least 2 workers, not {workers}.")
    if where := starts_itself(script, by=["Process"]):  # `spawn` is seen to by the ranks
        raise ScaleLabError(f"{script.name} starts its processes itself ({where}); {HOW_TO_BE_STARTED}.")
    try:
        ast.parse(script.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise ScaleLabError(f"{script.name} is no Python that can be run: {error}; mend it first.") from None
