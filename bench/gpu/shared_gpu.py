"""Two Horovod ranks that share a GPU: the weights of one rank with all the images, and the time of a sum."""

import json
import shutil
from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from task import Task, run, spread

from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits, launch

RANKS = 2
SCRIPT = Path(__file__).with_name("ranks.py")
CLOSE = 1e-4  # of float32 after ten steps


def measure(task: Task) -> None:
    alone, shared = (task.work / f"ranks-{size}" for size in (1, RANKS))
    task.keep(one_rank_s=ranks(task, 1, alone), two_ranks_s=ranks(task, RANKS, shared))
    before, after = (load_file(folder / "weights.safetensors") for folder in (alone, shared))
    difference = max(float((before[name] - after[name]).abs().max()) for name in before)
    task.keep(largest_difference_of_a_weight=difference)
    if difference > CLOSE:
        raise SystemExit(f"Two ranks learned other weights than one: {difference:g} apart.")


def ranks(task: Task, size: int, folder: Path) -> dict[str, Any]:
    """Run the script with so many ranks; seconds of a sum. Raises ScaleLabError where they do not end well."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    arguments = [task.sizes.device, str(task.sizes.numbers), str(folder)]
    limits = Limits(seconds=min(60.0, task.seconds_left()))
    outcome = launch(SCRIPT, arguments, size, folder=folder, limits=limits)
    if outcome.ended != "finished":
        said = " / ".join(line for rank in range(size) for line in outcome.output.of(rank, "stderr")[-3:])
        raise ScaleLabError(f"{outcome.reason} {said}")
    return spread(json.loads((folder / "seconds.json").read_text()))


if __name__ == "__main__":
    run(measure)
