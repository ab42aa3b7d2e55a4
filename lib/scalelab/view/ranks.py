"""A script run as K ranks from a notebook: its lines as they come, and one sentence that says why it ended."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from scalelab.parallel.launch import Limits, Outcome, Progress, launch
from scalelab.view.reported import InCell

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
    told, shown = _option(words, "--out"), 0
    chart = InCell(float(_option(words, "--epochs") or 0)) if told else None

    def show(progress: Progress) -> None:
        nonlocal shown
        for line in progress.lines:
            if line.rank is not None:  # what `horovodrun` itself says is in the reason
                shown += 1
                if shown <= lines:
                    print(f"[{line.rank}] {line.text}", flush=True)
        if chart:
            chart.show(progress.rows)
        watch(progress)

    environment = dict(os.environ) | dict(settings or {})
    try:
        outcome = launch(script, words, workers, record=told, limits=limits, environment=environment, watch=show)
    except KeyboardInterrupt:
        print("Stopped: all ranks have been ended.", flush=True)
        raise
    if shown > lines > 0:
        print(f"... {shown - lines} more lines")
    print(outcome.reason, flush=True)
    return outcome


def _option(words: Sequence[str], name: str) -> str | None:
    """The word after the option, where it is given."""
    return next((value for option, value in pairwise(words) if option == name), None)
