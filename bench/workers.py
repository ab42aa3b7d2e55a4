"""One worker against two, to a target accuracy: the stored runs of notebook 2.1.

    python bench/workers.py [--seeds 5]

Runs the solved script of the notebook on real ranks, one core each. Three ways to train: one worker, two with the same
batch of each (twice the effective batch), two with the same effective batch (half of each). All have the same
learning rate. Ways take turns within a seed, in another order from seed to seed. Each run is stored when it ends, so
a second start goes on where the first was interrupted. Some 10 minutes on two cores that have nothing else to do: the
times are part of the result.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

import click
import msgspec
import numpy as np
from machine import describe_machine
from tqdm import tqdm

from scalelab.errors import ScaleLabError
from scalelab.experiments.stored import write_stored
from scalelab.experiments.workers import Configuration, WorkerRun, WorkerRuns, read_workers
from scalelab.launch.launch import Limits, Progress, launch
from scalelab.train import choose_preset, read_record
from scalelab.train.preset import ON_A_CPU
from scalelab.train.time_to_accuracy import reached

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "labs" / "solutions" / "lab2_horovod" / "fashion_mnist.py"
OUT = ROOT / "labs" / "source" / "lab2_horovod" / "measured_workers.json"
RESULTS = Path(__file__).parent / "results" / "workers.md"
CONFIGS = [Configuration(1, 32), Configuration(2, 32), Configuration(2, 16)]
LIMITS = Limits(seconds=600, stall_seconds=60)


class Arrived(Exception):
    """The run may end: the target was kept."""


def run(measured: WorkerRuns, config: Configuration, seed: int, most_epochs: int) -> WorkerRun:
    """Train until the target is reached, or for `most_epochs`."""
    rows = []

    def watch(progress: Progress) -> None:
        rows.extend(progress.rows)
        if reached(rows, measured.target, measured.patience):
            raise Arrived

    with TemporaryDirectory() as folder:
        options = ["--images", measured.images, "--batch-size", config.batch_size, "--lr", measured.lr, "--seed", seed]
        options += ["--epochs", most_epochs, "--device", "cpu", "--out", folder]
        try:
            outcome = launch(SCRIPT, options, config.workers, folder=folder, record=folder, limits=LIMITS, watch=watch)
            if outcome.ended != "finished":
                raise ScaleLabError(f"{config}, seed {seed}: {outcome.reason}")
        except Arrived:
            pass
        return WorkerRun(config, seed, read_record(folder))


def begin(out: Path, images: int, lr: float, target: float) -> WorkerRuns:
    """The stored runs, if they are of this setting; else none yet."""
    setting = str(choose_preset("cpu", images=images))
    terms = {"setting": setting, "images": images, "lr": lr, "target": target, "patience": 2, "configs": CONFIGS}
    if out.exists():
        stored = read_workers(out)
        if any(getattr(stored, name) != value for name, value in terms.items()):
            raise ScaleLabError(f"{out} holds runs of another setting; move it away, or give another --out.")
        return stored
    return WorkerRuns(machine=describe_machine(), runs=[], **terms)


def table(measured: WorkerRuns) -> str:
    """The means with their range over the seeds, as a table."""
    columns = {
        "images per second": measured.throughput(),
        "efficiency": 100 * measured.efficiency(),
        "updates to target": measured.updates(),
        "images to target": measured.to_target("images"),
        "seconds to target": measured.to_target("training_seconds"),
    }
    lines = ["| |" + "".join(f" {name} |" for name in columns), "|---|" + "---|" * len(columns)]
    for place, config in enumerate(measured.configs):
        cells = [_cell(values[:, place], "%" if name == "efficiency" else "") for name, values in columns.items()]
        lines.append(f"| {config} |" + "".join(f" {cell} |" for cell in cells))
    machine = ", ".join(f"{name} {value}" for name, value in measured.machine.items())
    what = f"Validation accuracy {measured.target:g} kept for {measured.patience} epochs, lr {measured.lr:g}"
    return "\n".join([*lines, "", f"{what}; {len(measured.seeds())} seeds. {measured.setting} {machine}."]) + "\n"


def _cell(values: np.ndarray, unit: str) -> str:
    known = values[~np.isnan(values)]
    if not len(known):
        return "never"
    missed = f", {len(values) - len(known)} never" if len(known) < len(values) else ""
    digits = 1 if known.mean() < 20 else 0
    mean, low, high = (f"{value:,.{digits}f}{unit}" for value in (known.mean(), known.min(), known.max()))
    return f"{mean} ({low} to {high}{missed})"


@click.command()
@click.option("--seeds", default=5, show_default=True, help="Runs of each way.")
@click.option("--images", default=ON_A_CPU.images, show_default=True, help="Images to learn from.")
@click.option("--lr", default=0.1, show_default=True, help="Learning rate, the same for all ways.")
@click.option("--target", default=0.8, show_default=True, help="Validation accuracy to reach.")
@click.option("--most-epochs", default=25, show_default=True, help="End of a run that does not reach it.")
@click.option("--out", default=OUT, type=click.Path(path_type=Path), show_default=True)
def main(seeds: int, images: int, lr: float, target: float, most_epochs: int, out: Path) -> None:
    """Do what is missing, one line a run."""
    measured = begin(out, images, lr, target)
    click.echo(measured.setting)
    work = [(seed, CONFIGS[(place + seed) % len(CONFIGS)]) for seed in range(seeds) for place in range(len(CONFIGS))]
    done = {(one.seed, one.config) for one in measured.runs}
    for seed, config in tqdm([key for key in work if key not in done], desc="runs"):
        new = run(measured, config, seed, most_epochs)
        measured = msgspec.structs.replace(measured, runs=[*measured.runs, new])
        write_stored(measured, out)
        last = new.rows[-1]
        reached = f"{last.images:,} images, {last.training_seconds:.1f} s, {last.validation_accuracy:.3f}"
        tqdm.write(f"{config}, seed {seed}: {reached}")
    text = table(measured)
    if out == OUT:
        RESULTS.write_text(text)
    click.echo(text)


if __name__ == "__main__":
    main()
