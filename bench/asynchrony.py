"""The stored runs of notebook 4.2: who waits for whom, and what is reached when.

    python bench/asynchrony.py [--seeds 8] [--tuning-seeds 2] [--at-once 2]

Leaves labs/source/lab4_communication/measured_asynchrony.json, whole at any time; a second start goes on where the
first was interrupted. The gradients are real, the seconds are counted: nothing hangs on how busy the machine is.
"""

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from statistics import fmean

import click
import numpy as np
import torch
from machine import describe_machine
from tqdm import tqdm

from scalelab.experiments.asynchrony import (
    BATCH_SIZE,
    METHODS,
    SCENES,
    WORKERS,
    AsynchronyRun,
    AsynchronyRuns,
    read_asynchrony,
)
from scalelab.experiments.stored import write_stored
from scalelab.parallel.asynchronous.model_gradient import ModelGradient
from scalelab.places import COURSE
from scalelab.train.preset import ExperimentConfig, choose_preset

STORED = COURSE / "source" / "lab4_communication" / "measured_asynchrony.json"
IMAGES, EPOCHS, TARGET = 2048, 14, 0.34
TUNING_SEED = 1000
ALIKE = next(iter(SCENES))
Asked = tuple[str, str, float, int]  # method, scene, learning rate, seed


def setting(tuning: bool) -> ExperimentConfig:
    return choose_preset(
        "cpu", "cifar10", tuning, model_name="small-resnet", images=IMAGES, validation=2000
    )  # fmt: skip


def train(asked: Asked) -> AsynchronyRun:
    """One training, in a process of its own."""
    torch.set_num_threads(1)
    method, scene, lr, seed = asked
    chosen = setting(seed >= TUNING_SEED)
    X, y, X_validation, y_validation = chosen.tensors()
    gradient = ModelGradient(chosen.new_model(seed), X, y, WORKERS, BATCH_SIZE, seed)
    most, each = EPOCHS * IMAGES // BATCH_SIZE, IMAGES // BATCH_SIZE // 2
    run = AsynchronyRun(method, scene, lr, seed, [], [])
    for moment in METHODS[method].train(gradient, SCENES[scene], lr, seed, most):
        if moment.gradients % each == 0:
            run.seconds.append(round(float(moment.seconds), 3))
            run.accuracy.append(gradient.accuracy(moment.weights, X_validation, y_validation))
        if moment.gradients >= most or (seed >= TUNING_SEED and np.isfinite(run.seconds_to(TARGET))):
            break
    return run


def best_lr(method: str, runs: Sequence[AsynchronyRun]) -> float:
    """The rate that comes to the target soonest, on average over the seeds; where none does, the most accurate one."""

    def cost(lr: float) -> tuple[float, float]:
        own = [run for run in runs if (run.method, run.lr) == (method, lr)]
        return fmean(run.seconds_to(TARGET) for run in own), -fmean(max(run.accuracy) for run in own)

    return min(METHODS[method].lrs, key=cost)


class Work:
    """Runs what is asked and not yet stored, and stores each at once."""

    def __init__(self, at_once: int):
        self.at_once = at_once
        if STORED.exists():
            self.runs = read_asynchrony(STORED)
        else:
            self.runs = AsynchronyRuns(describe_machine(), str(setting(False)), WORKERS, BATCH_SIZE, TARGET, {}, [], [])

    def do(self, asked: list[Asked], into: list[AsynchronyRun], what: str) -> None:
        done = {(run.method, run.scene, run.lr, run.seed) for run in into}
        left = [one for one in asked if one not in done]
        with ProcessPoolExecutor(self.at_once, get_context("spawn")) as pool:
            futures = [pool.submit(train, one) for one in left]
            for future in tqdm(as_completed(futures), total=len(left), desc=what):
                into.append(future.result())
                write_stored(self.runs, STORED)


@click.command()
@click.option("--seeds", default=8, show_default=True)
@click.option("--tuning-seeds", default=2, show_default=True)
@click.option("--at-once", default=2, show_default=True, help="Runs at the same time.")
def main(seeds: int, tuning_seeds: int, at_once: int) -> None:
    """Tune, run, store."""
    work = Work(at_once)
    tuning = [(method, ALIKE, lr, TUNING_SEED + k) for k in range(tuning_seeds) for method in METHODS
              for lr in METHODS[method].lrs]  # fmt: skip
    work.do(tuning, work.runs.tuning, "tuning")
    work.runs.lrs.update({method: best_lr(method, work.runs.tuning) for method in METHODS})
    asked = [(method, scene, work.runs.lrs[method], seed) for seed in range(seeds) for method in METHODS
             for scene in SCENES]  # fmt: skip
    work.do(asked, work.runs.runs, "runs")
    for method in METHODS:
        for scene in SCENES:
            reached = work.runs.to_target(method, scene)
            click.echo(f"{method:26} {scene:24} lr {work.runs.lrs[method]:<8} {reached.mean():7.1f} s")


if __name__ == "__main__":
    main()
