"""Lab 3.2 at the size of the literature (tricks_gpu.toml): an epoch of some of its runs, and how long all take."""

import re
import shlex

import paths  # noqa: F401
from large_batch import LAB
from task import Task, run

from scalelab.errors import ScaleLabError
from scalelab.experiments.sweep import Sweep, read_sweep
from scalelab.launch.launch import Limits, launch
from scalelab.train.record import read_record

EPOCHS = re.compile(r"--epochs (\d+)")


def measure(task: Task) -> None:
    sweep = read_sweep(LAB / "tricks_gpu.toml")
    epochs = {}
    for name in task.sizes.sweep_runs:
        epochs[name] = seconds_of_an_epoch(task, sweep, name)
        task.keep(epoch_s=epochs)
    small = epochs.get("small batch", max(epochs.values()))
    large = max(seconds for name, seconds in epochs.items() if name != "small batch")
    total = sum(epochs_of(sweep, name) * (small if name == "small batch" else large) for name in sweep.runs)
    task.keep(whole_sweep_h=total * len(sweep.seeds) / 3600)


def seconds_of_an_epoch(task: Task, sweep: Sweep, name: str) -> float:
    """Of training alone; the first epoch, in which a GPU chooses its ways as well, so no less than a later one."""
    folder = task.work / "lab3" / name.replace(", ", "-").replace(" ", "-")
    folder.mkdir(parents=True, exist_ok=True)
    words = [*shlex.split(sweep.common), *shlex.split(sweep.runs[name]), *shlex.split(task.sizes.sweep_arguments)]
    limits = Limits(seconds=task.seconds_left())
    outcome = launch(
        LAB / sweep.script, [*words, "--out", str(folder)], sweep.workers, folder=folder, record=folder, limits=limits
    )
    if outcome.ended != "finished":
        raise ScaleLabError(f"{name}: {outcome.reason} {' / '.join(outcome.output.of(0, 'stderr')[-4:])}")
    seconds = read_record(folder)[-1].training_seconds
    assert seconds is not None  # the script reports it
    return seconds


def epochs_of(sweep: Sweep, name: str) -> int:
    """Of a run as the sweep has it: the last `--epochs` counts."""
    return int(EPOCHS.findall(f"{sweep.common} {sweep.runs[name]}")[-1])


if __name__ == "__main__":
    run(measure)
