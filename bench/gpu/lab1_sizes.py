"""Lab 1.3 at its size for GPUs: speed by batch size, an epoch of its script, and how long bench/batch_size.py takes."""

from argparse import Namespace
from pathlib import Path
from tempfile import TemporaryDirectory

import paths  # noqa: F401
from batch_size import BATCH_SIZES, LAB, LRS
from task import Task, run, spread

from scalelab.data import find_all
from scalelab.train import choose_preset, throughput_rounds
from scalelab.train.script import load_script

ROUNDS = 5
MOST_EPOCHS, TUNING_SEEDS, SEEDS = 40, 2, 5  # of bench/batch_size.py


def measure(task: Task) -> None:
    sizes = task.sizes
    options = {"model_name": sizes.network, "images": sizes.images, "validation": sizes.validation}
    # A GPU learns from all images: generating the stand-in for them would take longer than the rest.
    named = next(found for found in find_all() if found.name == "fashion_mnist")
    setting = choose_preset(sizes.device, "fashion_mnist" if named.path else "cifar10", **options)
    task.keep(setting=str(setting))
    rounds = list(throughput_rounds(setting, sizes.batch_sizes, min(ROUNDS, sizes.rounds), sizes.seconds))
    speeds = {size: [float(one[place]) for one in rounds] for place, size in enumerate(sizes.batch_sizes)}
    task.keep(images_per_second={f"batch_{size}": spread(values) for size, values in speeds.items()})
    with TemporaryDirectory() as folder:
        arguments = Namespace(batch_size=sizes.batch_sizes[-1], lr=0.1, seed=0, epochs=1, target=None, patience=2,
                              throughput=False, out=Path(folder))  # fmt: skip
        row = load_script(LAB / "fashion_mnist.py", needs=["train"]).train(arguments, setting)[-1]
    task.keep(epoch_s=row.training_seconds, validation_accuracy=row.validation_accuracy)
    runs = len(LRS) * TUNING_SEEDS + SEEDS  # of each batch size, each of MOST_EPOCHS epochs at the longest
    images = len(setting.dataset.train) * MOST_EPOCHS * runs
    known = {size: max(speeds[near]) for size in BATCH_SIZES for near in [closest(size, sizes.batch_sizes)]}
    task.keep(whole_bench_at_most_min=sum(images / speed for speed in known.values()) / 60)


def closest(size: int, measured: tuple[int, ...]) -> int:
    """The largest measured size that is no larger: what is not measured is not faster than that."""
    return max((one for one in measured if one <= size), default=min(measured))


if __name__ == "__main__":
    run(measure)
