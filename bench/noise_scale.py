"""The gradient noise scale along trainings on two ranks: the stored runs of notebook 3.1.

    python bench/noise_scale.py [--seeds 3]

For CIFAR-10 as in the stored runs of Lab 3's sweep steps_to_target.toml, for Fashion-MNIST as in those of notebook
1.3; the steps to the target that they have shown are stored beside the noise. Two minutes on two cores.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
import numpy as np
from large_batch import LAB

from scalelab.errors import ScaleLabError
from scalelab.experiments.batch_size import read_batch_size
from scalelab.experiments.noise_scale import NoiseRun, NoiseRuns, read_noise
from scalelab.experiments.steps_to_target import read_steps
from scalelab.experiments.stored import write_stored
from scalelab.launch.launch import launch

FASHION = LAB.parent / "lab1_sgd" / "measured_batch_size.json"
WORKERS, BATCH_SIZE = 2, 512  # large, so that its own noise plays no part in the way it takes
EPOCHS = 24


Known = tuple[str, float, int, dict[int, list[float]]]


def cifar10() -> Known:
    """Options of the noise's run, the target and how often in a row it must be there, and the stored steps to it."""
    measured = read_steps(LAB / "measured_steps_to_target.json")
    run = measured.measured.runs[0]
    sizes = " ".join(f"{name} {run.option(name)}" for name in ("--model", "--images", "--validation"))
    steps = {size: measured.steps(size).tolist() for size in measured.batch_sizes}
    return f"{sizes} --augment --lr {measured.lr(BATCH_SIZE)}", measured.target, measured.patience, steps


def fashion_mnist() -> Known:
    measured = read_batch_size(FASHION)
    options = f"--model {measured.model_name} --images {measured.images} --lr {measured.lr(BATCH_SIZE)}"
    steps = measured.to_target("images") / np.array(measured.batch_sizes)
    by_size = dict(zip(measured.batch_sizes, steps.T.tolist(), strict=True))
    return options, measured.target, measured.patience, by_size


def run(dataset: str, options: str, seed: int) -> NoiseRun:
    with TemporaryDirectory() as folder:
        out = Path(folder) / "noise.json"
        arguments = ["--dataset", dataset, *options.split(), "--batch-size", BATCH_SIZE, "--epochs", EPOCHS]
        arguments += ["--device", "cpu", "--seed", seed, "--out", out]
        outcome = launch(LAB / "noise.py", list(map(str, arguments)), WORKERS, folder=folder)
        if outcome.ended != "finished":
            raise ScaleLabError(outcome.reason)
        return read_noise(out)


@click.command()
@click.option("--seeds", default=3, show_default=True, help="Runs of each data set.")
def main(seeds: int) -> None:
    """Run all, and store them."""
    for dataset, known in (("cifar10", cifar10()), ("fashion_mnist", fashion_mnist())):
        options, target, patience, steps = known
        measured = NoiseRuns(target, patience, steps, [run(dataset, options, seed) for seed in range(seeds)])
        write_stored(measured, LAB / f"measured_noise_scale_{dataset}.json")
        scale, knee = measured.scales().mean(), measured.curve().critical
        click.echo(f"{dataset}: noise scale {scale:.0f}, knee {knee:.0f}, ratio {scale / knee:.2f}")


if __name__ == "__main__":
    main()
