"""A script run as K ranks from a notebook: its lines as they come, and one sentence that says why it ended."""

import argparse
import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Self

from scalelab.launch.launch import Limits, Outcome, Progress, launch
from scalelab.widgets.run_chart import InCell

MOST_LINES = 60  # shown of a run
LIMITS = Limits(stall_seconds=10.0, silence_seconds=60.0)


def run_ranks(
    script: Path | str,
    arguments: str | Sequence[str] = "",
    workers: int = 2,
    *,
    settings: Mapping[str, str] | None = None,
    limits: Limits = LIMITS,
    lines: int = MOST_LINES,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Outcome:
    """Run `script` as `workers` Horovod ranks in this folder; print what they say, each line behind its rank.

    `arguments` as one would type them; where they name a folder with --out, the record that the script writes there is
    drawn while it runs. `settings` are environment variables of the ranks, such as HOROVOD_TIMELINE.
    At most `lines` lines are printed. Ranks that wait for one another, or say nothing, for longer than `limits`
    allow, are ended, and the reason is printed: no run hangs for ever. The notebook's stop button ends all ranks.

    Raises ScaleLabError where the script or Horovod is missing or `workers` is below 1.
    """
    words = shlex.split(arguments) if isinstance(arguments, str) else [str(word) for word in arguments]
    record, environment = _option(words, "--out"), dict(os.environ) | dict(settings or {})
    following = Following(words, lines, with_chart=record is not None)

    def show(progress: Progress) -> None:
        following.show(progress)
        watch(progress)

    try:
        with following:
            outcome = launch(script, words, workers, record=record, limits=limits, environment=environment, watch=show)
    except KeyboardInterrupt:
        print("Stopped: all ranks have been ended.", flush=True)
        raise
    print(outcome.reason, flush=True)
    return outcome


class Following:
    """What a cell shows of ranks while they run: their lines, and above them what they report, with a bar of epochs.

    Use it as a context, so that the end of the run shows as well. `words` are the arguments of the script.
    """

    def __init__(self, words: Sequence[str], lines: int = MOST_LINES, with_chart: bool = True):
        self.lines, self.shown = lines, 0
        self.chart = InCell(float(_option(words, "--epochs") or 0)) if with_chart else None

    def show(self, progress: Progress) -> None:
        """Print the new lines, and draw the new reports."""
        for line in progress.lines:
            if line.rank is not None:  # what `horovodrun` itself says is in the reason
                self.shown += 1
                if self.shown <= self.lines:
                    print(f"[{line.rank}] {line.text}", flush=True)
        if self.chart:
            self.chart.show(progress.rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.chart:
            self.chart.end()
        if self.shown > self.lines > 0:
            print(f"... {self.shown - self.lines} more lines")


def _option(words: Sequence[str], name: str) -> str | None:
    """What the script's argparse will take for this option."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument(name, dest="value", nargs="?")
    return parser.parse_known_args(words)[0].value
