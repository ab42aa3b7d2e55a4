"""The landscapes of notebook 1.4 that take too long for a notebook: 56 layers, with skips and without, 51 x 51 points.

    python bench/deep_landscape.py [--runs FOLDER]

Some twenty minutes on two cores. The weights stay in FOLDER, and a surface that is stored is not evaluated again.
"""

from pathlib import Path

import click
from landscape import images, network
from machine import describe_machine
from safetensors.torch import load_model, save_model
from tqdm import tqdm

from scalelab.analysis.curvature.landscape import landscape, random_direction
from scalelab.experiments.deep_landscape import DeepLandscape, DeepLandscapes, read_deep_landscapes
from scalelab.experiments.stored import write_stored
from scalelab.train import accuracy
from scalelab.train.one_cycle import train_one_cycle

OUT = Path(__file__).parents[1] / "labs" / "source" / "lab1_sgd" / "measured_deep_landscape.json"
DEPTH, TRAINED, VALIDATION, EPOCHS, BATCH_SIZE, SAMPLE, POINTS, SEED = 56, 20_000, 2_000, 8, 64, 250, 51, 0
NETWORKS = {f"{DEPTH} layers, with skips": True, f"{DEPTH} layers, no skips": False}


def measure(name: str, folder: Path) -> DeepLandscape:
    """Train the network, or take its weights if they are there, and evaluate its surface."""
    X, y, _ = images(TRAINED + VALIDATION)
    model = network(DEPTH, NETWORKS[name], X.shape[1], SEED)
    weights = folder / f"{name}.safetensors"
    if weights.exists():
        load_model(model, weights)
    else:
        train_one_cycle(model, X[:TRAINED], y[:TRAINED], EPOCHS, BATCH_SIZE, seed=SEED, progress=tqdm)
        folder.mkdir(parents=True, exist_ok=True)
        save_model(model, str(weights))
    directions = [random_direction(model, seed) for seed in (0, 1)]
    land = landscape(model, X[:SAMPLE], y[:SAMPLE], directions, points=POINTS, progress=tqdm)
    loss = [[float(f"{value:.6g}") for value in row] for row in land.loss]
    return DeepLandscape(name, accuracy(model, X[TRAINED:], y[TRAINED:]), land.steps.round(6).tolist(), loss)


@click.command()
@click.option("--runs", "folder", default="runs/deep_landscape", type=click.Path(path_type=Path), show_default=True)
def main(folder: Path) -> None:
    """Measure both networks, and store each as it comes."""
    setting = f"{TRAINED:,} images of {images(1)[2]} at 14 x 14, {EPOCHS} epochs; loss of {SAMPLE} of them"
    before = read_deep_landscapes(OUT) if OUT.exists() else None
    found = [run for run in before.runs if run.name in NETWORKS] if before and before.setting == setting else []
    for name in [name for name in NETWORKS if name not in {run.name for run in found}]:
        found.append(measure(name, folder))
        write_stored(DeepLandscapes(describe_machine(), setting, found), OUT)


if __name__ == "__main__":
    main()
