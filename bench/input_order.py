"""What the order of the images does to learning: the stored runs of notebook 2.2.

    python bench/input_order.py [--division-seeds 10] [--buffer-seeds 6]

Two experiments. "division": K workers divide the images by parts of a new shuffle in each epoch, by parts of one
shuffle, or by drawing with replacement. "buffer": the images come from shards, written sorted by class or shuffled,
through shuffle buffers of several sizes. One process trains on the batches of all workers together, which gives the
mean of their gradients (tests/parallel/test_equal_results.py); batch norm sees all of it. Everything else is the same
in all runs, the learning rate too. Each run is stored when it ends, so a second start goes on where the first was
interrupted. The accuracies do not depend on the clock. Some 10 minutes on two cores.
"""

from pathlib import Path

import click
import msgspec
import torch
from machine import describe_machine
from torch import Tensor
from torch.nn.functional import cross_entropy
from tqdm import tqdm

from scalelab.analysis.sampling.orders import SCHEMES, WRITTEN, effective_batches, stream_order, written_order
from scalelab.data import batches
from scalelab.errors import ScaleLabError
from scalelab.experiments.input_order import BUFFER, DIVISION, InputOrderRun, InputOrderRuns, read_input_order
from scalelab.experiments.stored import write_stored
from scalelab.train import ExperimentConfig, accuracy, choose_preset

OUT = Path(__file__).parents[1] / "labs" / "source" / "lab2_horovod" / "measured_input_order.json"
WORKERS, BATCH_SIZE, LR, MOMENTUM = 2, 64, 0.03, 0.9  # the learning rate that notebook 1.3 found for this batch size
SHARDS, BUFFERS = 16, [1, 16, 64, 256, 1024, 4096]
EPOCHS = {DIVISION: 8, BUFFER: 4}


class Bench:
    """Does the runs that are not stored yet, and stores each."""

    def __init__(self, measured: InputOrderRuns, setting: ExperimentConfig, out: Path):
        self.measured, self.out, self.setting = measured, out, setting
        self.X, self.y, self.X_validation, self.y_validation = setting.tensors()

    def run(self, experiment: str, scheme: str, buffer: int, seed: int) -> InputOrderRun:
        """The run with these properties: the stored one, or a new one."""
        key = (experiment, scheme, buffer, seed)
        stored = next((run for run in self.measured.runs if run.key == key), None)
        if stored:
            return stored
        run = InputOrderRun(*key, self.train(experiment, scheme, buffer, seed))
        self.measured = msgspec.structs.replace(self.measured, runs=[*self.measured.runs, run])
        write_stored(self.measured, self.out)
        return run

    def train(self, experiment: str, scheme: str, buffer: int, seed: int) -> list[float]:
        """Validation accuracy after each epoch. Runs of one seed begin with the same weights."""
        model = self.setting.new_model(seed)
        optimizer = torch.optim.SGD(model.parameters(), LR, momentum=MOMENTUM)
        accuracies = []
        for epoch in range(EPOCHS[experiment]):
            for batch in self.epoch_batches(experiment, scheme, buffer, epoch, seed):
                optimizer.zero_grad()
                cross_entropy(model(self.X[batch]), self.y[batch]).backward()
                optimizer.step()
            accuracies.append(round(accuracy(model, self.X_validation, self.y_validation), 5))
        return accuracies

    def epoch_batches(self, experiment: str, scheme: str, buffer: int, epoch: int, seed: int) -> list[Tensor]:
        count = len(self.y)
        if experiment == DIVISION:
            return effective_batches(scheme, count, WORKERS, BATCH_SIZE // WORKERS, epoch, seed)
        places = stream_order(count, SHARDS, buffer, epoch, seed)
        return list(batches(written_order(self.y, scheme, seed)[places], BATCH_SIZE))


def begin(setting: ExperimentConfig, out: Path) -> InputOrderRuns:
    """The stored runs, if they are of this setting; else none yet."""
    terms = {
        "setting": str(setting), "images": len(setting.dataset.train), "workers": WORKERS, "batch_size": BATCH_SIZE,
        "lr": LR, "shards": SHARDS, "buffers": BUFFERS,
    }  # fmt: skip
    if not out.exists():
        return InputOrderRuns(machine=describe_machine(), runs=[], **terms)
    stored = read_input_order(out)
    if any(getattr(stored, name) != value for name, value in terms.items()):
        raise ScaleLabError(f"{out} holds runs of another setting; move it away, or give another --out.")
    return stored


@click.command()
@click.option("--division-seeds", default=10, show_default=True, help="Runs of each way to divide the images.")
@click.option("--buffer-seeds", default=6, show_default=True, help="Runs of each buffer.")
@click.option("--images", default=4096, show_default=True, help="Images to learn from.")
@click.option("--out", default=OUT, type=click.Path(path_type=Path), show_default=True)
def main(division_seeds: int, buffer_seeds: int, images: int, out: Path) -> None:
    """Do what is missing, one line a run."""
    setting = choose_preset("cpu", images=images)
    click.echo(str(setting))
    bench = Bench(begin(setting, out), setting, out)
    work = [(DIVISION, scheme, 0, seed) for seed in range(division_seeds) for scheme in SCHEMES]
    work += [(BUFFER, scheme, size, seed) for seed in range(buffer_seeds) for scheme in WRITTEN for size in BUFFERS]
    for experiment, scheme, buffer, seed in tqdm(work, desc="runs"):
        run = bench.run(experiment, scheme, buffer, seed)
        tqdm.write(f"{experiment}, {scheme}, buffer {buffer}, seed {seed}: {run.accuracies[-1]:.3f}")


if __name__ == "__main__":
    main()
