"""A script run as K ranks from a notebook: its lines as they come, and one sentence that says why it ended."""

import os
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scalelab.parallel.launch import Limits, Outcome, Progress, launch

MOST_LINES = 60  # shown of a run
SILENCE_SECONDS, STALL_SECONDS = 60.0, 10.0


def run_ranks(
    script: Path | str,
    arguments: str | Sequence[str] = "",
    workers: int = 2,
    *,
    settings: Mapping[str, str] | None = None,
    limits: Limits = Limits(stall_seconds=STALL_SECONDS, silence_seconds=SILENCE_SECONDS),  # noqa: B008  (frozen)
    lines: int = MOST_LINES,
    watch: Callable[[Progress], None] = lambda progress: None,
) -> Outcome:
    """Run `script` as `workers` Horovod ranks in this folder; print what they say, each line behind its rank.

    `arguments` as one would type them. `settings` are environment variables of the ranks, such as HOROVOD_TIMELINE.
    At most `lines` lines are printed. Ranks that wait for one another, or say nothing, for longer than `limits`
    allow, are ended, and the reason is printed: no run hangs for ever. The notebook's stop button ends all ranks.

    Raises ScaleLabError where the script or Horovod is missing or `workers` is below 1.
    """
    words = shlex.split(arguments) if isinstance(arguments, str) else [str(word) for word in arguments]
    shown = 0

    def show(progress: Progress) -> None:
        nonlocal shown
        for line in progress.lines:
            if line.rank is not None:  # what `horovodrun` itself says is in the reason
                shown += 1
                if shown <= lines:
                    print(f"[{line.rank}] {line.text}", flush=True)
        watch(progress)

    environment = dict(os.environ) | dict(settings or {})
    try:
        outcome = launch(script, words, workers, limits=limits, environment=environment, watch=show)
    except KeyboardInterrupt:
        print("Stopped: all ranks have been ended.", flush=True)
        raise
    if shown > lines > 0:
        print(f"... {shown - lines} more lines")
    print(outcome.reason, flush=True)
    return outcome
