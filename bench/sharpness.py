"""How sharp the ends of Lab 3's trainings are: the largest eigenvalues of the Hessian, and the loss around the weights.

    python bench/sharpness.py [--runs FOLDER]

Takes the last weights that `python bench/large_batch.py why` has kept in FOLDER. About 20 seconds for each.
"""

from pathlib import Path

import click
from large_batch import LAB, RUNS
from safetensors.torch import load_file
from tqdm import tqdm

from scalelab.experiments.large_batch import SweepRun
from scalelab.experiments.sharpness import Minima, Minimum, measure_minimum
from scalelab.experiments.stored import write_stored
from scalelab.experiments.sweep import Trial, read_sweep, trials
from scalelab.train import choose_preset

IMAGES, DIRECTIONS, SPAN = 1024, 2, 1.0


def measure(trial: Trial, images: int) -> Minimum:
    run = SweepRun(trial.name, trial.seed, " ".join(trial.arguments), trial.workers, [])
    setting = choose_preset("cpu", "cifar10", model_name=run.option("--model"), images=int(run.option("--images")))
    X, y, *_ = setting.tensors()
    model = setting.new_model(trial.seed)
    (kept,) = trial.folder.glob("*.safetensors")
    model.load_state_dict(load_file(kept))
    found = measure_minimum(model, X[:images], y[:images], range(DIRECTIONS), SPAN)
    return Minimum(trial.name, int(run.option("--batch-size")), trial.seed, *found)


@click.command()
@click.option("--runs", "folder", default=RUNS, type=click.Path(path_type=Path), show_default=True)
@click.option("--images", default=IMAGES, show_default=True, help="Training images on which the loss is measured.")
def main(folder: Path, images: int) -> None:
    """Measure all ends that are there."""
    todo = [trial for trial in trials(read_sweep(LAB / "why.toml"), LAB, folder / "why") if trial.finished]
    found = [measure(trial, images) for trial in tqdm(todo, desc="minima")]
    write_stored(Minima(images, DIRECTIONS, found), LAB / "measured_sharpness.json")


if __name__ == "__main__":
    main()
