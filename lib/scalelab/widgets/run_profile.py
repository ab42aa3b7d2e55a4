"""A run of `watch.py` from the notebook, with what it measured and Horovod's timeline of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.experiments.step_profile import Watched, exchanges, read_watched
from scalelab.launch.timeline import Event, Timeline, read_timeline
from scalelab.widgets.run_ranks import run_ranks

FOLDER = Path("runs")


@dataclass(frozen=True)
class Watch:
    """One run: `measured` by the script, `timeline` by Horovod (None of one worker, which exchanges nothing)."""

    name: str
    measured: Watched
    timeline: Timeline | None

    @cached_property
    def exchanges(self) -> list[list[Event]]:
        """Horovod's events of each step."""
        return exchanges(self.measured, self.timeline) if self.timeline else []

    def stages(self, number: int) -> dict[str, tuple[float, float]]:
        """When each stage of a step began and ended, on the timeline's clock."""
        zero = self.timeline.zero if self.timeline else None
        return self.measured.intervals(number, self.measured.began[0] if zero is None else zero)


def watch(name: str, options: str = "", workers: int = 2, settings: Mapping[str, str] | None = None) -> Watch:
    """Run watch.py as so many ranks with these options, and these variables in their environment.

    Leaves runs/NAME.json and runs/NAME_timeline.json. Raises ScaleLabError where the run did not finish.
    """
    FOLDER.mkdir(exist_ok=True)
    result, timeline = FOLDER / f"{name}.json", (FOLDER / f"{name}_timeline.json").resolve()
    _run("watch.py", f"{options} --out {result}", workers, settings, timeline, result)
    return Watch(name, read_watched(result), read_timeline(timeline) if workers > 1 else None)


def watch_messages(options: str = "", workers: int = 2) -> Timeline:
    """Run send_messages.py as so many ranks; the timeline of it."""
    FOLDER.mkdir(exist_ok=True)
    timeline = (FOLDER / "messages_timeline.json").resolve()
    _run("send_messages.py", options, workers, None, timeline, timeline)
    return read_timeline(timeline)


def _run(
    script: str, arguments: str, workers: int, settings: Mapping[str, str] | None, timeline: Path, result: Path
) -> None:
    result.unlink(missing_ok=True)  # what an earlier run left must not pass for this one's
    variables = {"HOROVOD_TIMELINE": str(timeline)} | dict(settings or {})
    outcome = run_ranks(script, arguments, workers=workers, settings=variables)
    if outcome.ended != "finished":
        raise ScaleLabError(f"{script} did not finish, so there is nothing to look at: {outcome.reason}")
