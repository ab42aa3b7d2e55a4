"""The stored runs of notebook 2.4: one worker with each change of its step; one and two ranks of the slow and the fast.

    python bench/one_worker.py [--rounds 8]

In every round each contestant runs once. Leaves labs/source/lab2_horovod/measured_one_worker.json.
"""

import os
import tempfile
from pathlib import Path

import click
import numpy as np
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.analysis.throughput.step_changes import CHANGES, time_changes
from scalelab.data import load, standardise, statistics
from scalelab.experiments.horovod_settings import read_watching_runs
from scalelab.experiments.one_worker import OneWorker
from scalelab.experiments.stored import write_stored
from scalelab.launch import launch
from scalelab.models import build
from scalelab.models.build import count_weights
from scalelab.parallel.collectives.cost_model import fit_message_cost
from scalelab.places import COURSE
from scalelab.train.precision import VARIABLE

LAB = COURSE / "source" / "lab2_horovod"
SCRIPT = Path(__file__).with_name("step_speed.py")
MODEL, BATCH_SIZE, SECONDS = "small-resnet", 64, 4.0
RANKS_BATCH_SIZE = 16  # of each: a short step, in which the exchange shows
RANKS = {"as it is": ("contiguous", "float32"), "both": ("channels-last", "bfloat16")}


def ranks_speed(name: str, workers: int) -> float:
    """Images a second of all ranks together."""
    layout, precision = RANKS[name]
    with tempfile.TemporaryDirectory() as folder:
        settings = {VARIABLE: precision, "LAYOUT": layout, "BATCH_SIZE": str(RANKS_BATCH_SIZE)}
        outcome = launch(SCRIPT, ["horovod", folder, str(SECONDS)], workers, environment=os.environ | settings)
        if outcome.ended != "finished":
            raise SystemExit(outcome.reason)
        return sum(float(path.read_text()) for path in Path(folder).glob("speed-*"))


@click.command()
@click.option("--rounds", default=8, show_default=True)
def main(rounds: int) -> None:
    """Measure and store."""
    torch.set_num_threads(1)
    images = load("cifar10").train.take(torch.arange(BATCH_SIZE))
    X, y = standardise(images.images, statistics(images)), images.labels
    speeds: dict[str, list[float]] = {name: [] for name in CHANGES}
    ranks: dict[str, dict[int, list[float]]] = {name: {1: [], 2: []} for name in RANKS}
    for _ in track(range(rounds), "rounds", console=Console(stderr=True)):
        for name, values in time_changes(MODEL, X, y, rounds=1).items():
            speeds[name] += values.tolist()
        for name, by_workers in ranks.items():
            for workers, values in by_workers.items():
                values.append(ranks_speed(name, workers))
    pair = read_watching_runs(LAB / "measured_horovod_settings.json").sweep(2)
    cost = fit_message_cost(pair.sizes, np.median(pair.seconds, axis=0), workers=2)
    gradient_bytes = 4 * count_weights(build(MODEL))
    prices = {"latency": cost.latency, "bandwidth": cost.bandwidth}
    stored = OneWorker(describe_machine(), BATCH_SIZE, speeds, RANKS_BATCH_SIZE, ranks, gradient_bytes, **prices)
    write_stored(stored, LAB / "measured_one_worker.json")


if __name__ == "__main__":
    main()
