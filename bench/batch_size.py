"""Time to accuracy, and accuracy at equal lengths, by batch size: the stored runs of notebook 1.3.

    python bench/batch_size.py [--seeds 10]

Runs the notebook's own script, solved. Every batch size tries the same learning rates with two seeds, on validation
images that no other run sees; the learning rate with the fewest images to the target is used with other seeds. Each run
is stored when it ends, so a second start goes on where the first was interrupted. Some 40 minutes on two cores that
have nothing else to do: the times are part of the result.
"""

import io
from argparse import Namespace
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
import torch
from machine import describe_machine
from tqdm import tqdm

from scalelab.errors import ScaleLabError
from scalelab.experiments.batch_size import (
    LENGTHS,
    TO_TARGET,
    TUNING,
    BatchSizeRun,
    BatchSizeRuns,
    best_rate,
    read_batch_size,
)
from scalelab.experiments.stored import write_stored
from scalelab.train import ExperimentConfig, choose_preset, throughput_rounds
from scalelab.train.preset import ON_A_CPU
from scalelab.train.script import load_script
from scalelab.train.time_to_accuracy import reached

LAB = Path(__file__).parents[1] / "labs" / "source" / "lab1_sgd"
BATCH_SIZES = [16, 32, 64, 128, 256, 512, 1024]
LRS = [0.0125 * 2**power for power in range(8)]
SMALL, LARGE = 64, 512  # compared at equal lengths, and at equal training accuracy
TUNING_SEEDS = 1000  # from here on; no other run has them
ROUNDS = 7


class Bench:
    """Does the runs that are not stored yet, and stores each."""

    def __init__(self, measured: BatchSizeRuns, setting: ExperimentConfig, out: Path, most_epochs: int):
        self.measured, self.setting, self.out, self.most_epochs = measured, setting, out, most_epochs
        self.train = load_script(LAB / "fashion_mnist.py", needs=["train"]).train
        self.tuning_setting = choose_preset("cpu", tuning=True, images=measured.images)

    def run(
        self, experiment: str, batch_size: int, lr: float, seed: int, epochs: int, stop: bool = True
    ) -> BatchSizeRun:
        """The run with these properties: the stored one, or a new one."""
        key = (experiment, batch_size, lr, seed)
        stored = next((run for run in self.measured.runs if run.key == key), None)
        if stored:
            return stored
        setting = self.tuning_setting if experiment == TUNING else self.setting
        with TemporaryDirectory() as folder, redirect_stdout(io.StringIO()):
            rows = self.train(self.arguments(batch_size, lr, seed, epochs, stop, folder), setting)
        run = BatchSizeRun(experiment, batch_size, lr, seed, rows)
        self.measured = msgspec.structs.replace(self.measured, runs=[*self.measured.runs, run])
        write_stored(self.measured, self.out)
        return run

    def arguments(self, batch_size, lr, seed, epochs, stop, folder) -> Namespace:
        target = self.measured.target if stop else None
        options = {"target": target, "patience": self.measured.patience, "throughput": False, "out": Path(folder)}
        return Namespace(batch_size=batch_size, lr=lr, seed=seed, epochs=epochs, **options)

    def tune(self, batch_size: int, seed: int) -> Iterator[str]:
        """All learning rates with one seed. One that has used an epoch more than the best so far has lost: it ends."""
        least = self.most_epochs
        for lr in self.measured.lrs:
            run = self.run(TUNING, batch_size, lr, seed, least)
            row = reached(run.rows, self.measured.target, self.measured.patience)
            least = min(least, int(row.epoch) + 1) if row else least
            yield f"tuning, batch size {batch_size}, lr {lr:g}, seed {seed}: {said(row, run)}"

    def to_target(self, batch_size: int, seed: int) -> Iterator[str]:
        """One run that stops at the target."""
        run = self.run(TO_TARGET, batch_size, self.lr(batch_size), seed, self.most_epochs)
        row = reached(run.rows, self.measured.target, self.measured.patience)
        yield f"batch size {batch_size}, lr {run.lr:g}, seed {seed}: {said(row, run)}"

    def lengths(self, seed: int) -> Iterator[str]:
        """Both batches until the large one has made as many updates as the small one in its first epochs."""
        epochs = self.measured.epochs * self.measured.large // self.measured.small
        for batch_size in (self.measured.small, self.measured.large):
            run = self.run(LENGTHS, batch_size, self.lr(batch_size), seed, epochs, stop=False)
            yield f"batch size {batch_size}, {epochs} epochs, seed {seed}: {said(run.rows[-1], run)}"

    def lr(self, batch_size: int) -> float:
        tuning = self.measured.select(TUNING, batch_size)
        return best_rate(tuning, self.measured.target, self.measured.patience)


def said(row, run: BatchSizeRun) -> str:
    """How a run ended, in words."""
    if row is None:
        return f"target not reached within {len(run.rows)} epochs"
    return f"{row.images:,} images, {row.training_seconds:.1f} s, validation accuracy {row.validation_accuracy:.3f}"


def begin(setting: ExperimentConfig, out: Path, images: int, target: float, epochs: int) -> BatchSizeRuns:
    """The stored runs, if they are of this setting; else none yet, with the speeds measured first."""
    terms = {
        "setting": str(setting), "model_name": setting.model_name, "images": images, "shrink": ON_A_CPU.shrink,
        "batch_sizes": BATCH_SIZES, "lrs": LRS, "target": target, "patience": 2, "small": SMALL, "large": LARGE,
        "epochs": epochs,
    }  # fmt: skip
    if out.exists():
        stored = read_batch_size(out)
        if any(getattr(stored, name) != value for name, value in terms.items()):
            raise ScaleLabError(f"{out} holds runs of another setting; move it away, or give another --out.")
        return stored
    rounds = tqdm(throughput_rounds(setting, BATCH_SIZES, ROUNDS, seconds=0.3), total=ROUNDS, desc="throughput")
    speeds = [speeds.tolist() for speeds in rounds]
    machine = describe_machine() | {"threads": str(torch.get_num_threads())}
    return BatchSizeRuns(machine=machine, speeds=speeds, runs=[], **terms)


@click.command()
@click.option("--seeds", default=10, show_default=True, help="Runs of each batch size.")
@click.option("--tuning-seeds", default=4, show_default=True, help="Runs of each learning rate.")
@click.option("--images", default=ON_A_CPU.images, show_default=True, help="Images to learn from.")
@click.option("--target", default=0.8, show_default=True, help="Validation accuracy to reach.")
@click.option("--most-epochs", default=40, show_default=True, help="End of a run that does not reach it.")
@click.option("--epochs", default=5, show_default=True, help="Length of the small batch's runs at equal lengths.")
@click.option("--out", default=LAB / "measured_batch_size.json", type=click.Path(path_type=Path), show_default=True)
def main(
    seeds: int, tuning_seeds: int, images: int, target: float, most_epochs: int, epochs: int, out: Path
) -> None:  # fmt: skip
    """Do what is missing, one line a run."""
    setting = choose_preset("cpu", images=images)
    click.echo(str(setting))
    bench = Bench(begin(setting, out, images, target, epochs), setting, out, most_epochs)
    work = [(bench.tune, (size, TUNING_SEEDS + number)) for size in BATCH_SIZES for number in range(tuning_seeds)]
    work += [(bench.to_target, (size, seed)) for seed in range(seeds) for size in BATCH_SIZES]
    work += [(bench.lengths, (seed,)) for seed in range(seeds)]
    for do, arguments in tqdm(work, desc="runs"):
        for line in do(*arguments):
            tqdm.write(line)


if __name__ == "__main__":
    main()
