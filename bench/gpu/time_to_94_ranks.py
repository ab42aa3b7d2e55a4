"""The recipe of fast_recipe.py through Horovod, on one rank and on two that share a GPU: what the exchange costs."""

import json
from pathlib import Path

from sizes import TINY
from task import Task, run, spread

from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits, launch

SCRIPT = Path(__file__).with_name("fast_ranks.py")


def measure(task: Task) -> None:
    for size in (1, 2):
        file = task.work / f"fast-ranks-{size}.json"
        file.unlink(missing_ok=True)
        arguments = ["tiny" if task.sizes is TINY else "full", str(file)]
        limits = Limits(seconds=task.seconds_left() - 2, stall_seconds=120)  # the ranks compile at different speeds
        outcome = launch(SCRIPT, arguments, size, folder=task.work, limits=limits)
        if outcome.ended != "finished":
            raise ScaleLabError(f"{size} ranks: {outcome.reason} {' / '.join(outcome.output.of(0, 'stderr')[-4:])}")
        found = json.loads(file.read_text())
        figures = {name: spread(values) if None not in values else values for name, values in found.items()}
        task.keep(**{f"{size} ranks": figures})


if __name__ == "__main__":
    run(measure)
