"""How fast a loss landscape is evaluated, and from which depth on skip connections change it.

    python bench/landscape.py speed [--rounds 5]       large batches beside small ones, in the same rounds
    python bench/landscape.py depths [--seeds 3]       networks of four depths, with skips and without; minutes
    python bench/landscape.py stopped [--seeds 3]      the deepest with skips, after one epoch: as unfinished as without

Each leaves its part in bench/results/landscape.json. The speeds' table stands beside it, that of the networks beside
notebook 1.3, which shows it.
"""

import json
import statistics
import time
from pathlib import Path

import click
import numpy as np
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track
from torch.nn.functional import avg_pool2d

from scalelab.analysis.curvature.landscape import BATCH_SIZES, landscape, mean_loss, random_direction
from scalelab.data import load, standardise
from scalelab.data import statistics as pixel_statistics
from scalelab.models import build
from scalelab.train import accuracy
from scalelab.train.one_cycle import train_one_cycle

RESULT = Path(__file__).parent / "results" / "landscape.json"
BESIDE_THE_NOTEBOOK = Path(__file__).parents[1] / "labs" / "source" / "lab1_sgd" / "measured_landscape.md"
DEPTHS, TRAINED, VALIDATION, EPOCHS, SAMPLE, POINTS = (14, 20, 32, 44), 2000, 2000, 4, 100, 11
OURS = f"batches of {BATCH_SIZES['cpu']}, channels last"
CONTESTANTS = {  # batch size, memory format, images in a round
    OURS: (BATCH_SIZES["cpu"], torch.channels_last, 1024),
    "batches of 256": (256, torch.contiguous_format, 1024),
    "batches of 32": (32, torch.contiguous_format, 1024),
    "image by image": (1, torch.contiguous_format, 64),
}


def images(count: int) -> tuple[torch.Tensor, torch.Tensor, str]:
    """The first training images, standardised, at half height and width; their labels and their source."""
    dataset = load("fashion_mnist")
    some = dataset.train.take(torch.arange(count))
    X = avg_pool2d(standardise(some.images, pixel_statistics(some)), 2)
    return X.contiguous(memory_format=torch.channels_last), some.labels, dataset.source


def network(depth: int, skips: bool, channels: int, seed: int) -> torch.nn.Module:
    torch.manual_seed(seed)
    return build(f"resnet-{depth}", in_channels=channels, skips=skips).to(memory_format=torch.channels_last)


def measure_speed(rounds: int) -> dict:
    """Images per second of resnet-20 by batch size and memory format, in every round each once."""
    X, y, source = images(1024)
    seconds = {name: [] for name in CONTESTANTS}
    for number in track(range(rounds + 1), "speed"):
        for name, (batch_size, form, count) in CONTESTANTS.items():
            model = network(20, True, X.shape[1], seed=0).eval().to(memory_format=form)
            own = X[:count].contiguous(memory_format=form)
            start = time.perf_counter()
            mean_loss(model, own, y[:count], batch_size)
            if number:  # the first round is for warming up
                seconds[name].append((time.perf_counter() - start) / count)
    ratios = {
        name: sorted(own / ours for own, ours in zip(values, seconds[OURS], strict=True))
        for name, values in seconds.items()
    }
    return {
        "images": source, "rounds": rounds, "threads": torch.get_num_threads(),
        "images_per_second": {name: 1 / statistics.median(values) for name, values in seconds.items()},
        "times_as_long": {name: [statistics.median(r), r[0], r[-1]] for name, r in ratios.items()},
    }  # fmt: skip


def measure_depths(seeds: int) -> dict:
    """For each depth, skips and seed: what the notebook shows, in numbers."""
    return measure_runs([(depth, skips, EPOCHS) for depth in DEPTHS for skips in (True, False)], seeds)


def measure_stopped(seeds: int) -> dict:
    """Is it the skips, or only that the network without them has learned less? One with skips that has learned less."""
    return measure_runs([(DEPTHS[-1], True, 1)], seeds)


def measure_runs(kinds: list[tuple[int, bool, int]], seeds: int) -> dict:
    X, y, source = images(TRAINED + VALIDATION)
    rows = []
    for seed, (depth, skips, epochs) in track([(seed, kind) for seed in range(seeds) for kind in kinds], "runs"):
        model = network(depth, skips, X.shape[1], seed)
        train_one_cycle(model, X[:TRAINED], y[:TRAINED], epochs, seed=seed)
        directions = [random_direction(model, 2 * seed + number) for number in (0, 1)]
        land = landscape(model, X[:SAMPLE], y[:SAMPLE], directions, points=POINTS)
        validation = accuracy(model, X[TRAINED:], y[TRAINED:])
        row = {"depth": depth, "skips": skips, "seed": seed, "epochs": epochs, "validation": validation}
        rows.append({**row, "loss": land.centre, "highest": float(land.loss.max()), "bent": land.bent})
    return {"images": source, "trained_on": TRAINED, "sample": SAMPLE, "points": POINTS, "runs": rows}


def write_tables(result: dict) -> str:
    """Write those of the parts that were measured, and give them all."""
    tables = {}
    if "speed" in result:
        tables[RESULT.with_suffix(".md")] = speed_table(result["speed"])
    if {"depths", "stopped"} <= result.keys():
        tables[BESIDE_THE_NOTEBOOK] = runs_table(result["depths"], result["stopped"])
    for path, text in tables.items():
        path.write_text(text + "\n")
    return "\n\n".join(tables.values())


def speed_table(speed: dict) -> str:
    lines = ["| resnet-20, 14 x 14 images | images per second | times as long |", "|---|---|---|"]
    for name, speed_of in speed["images_per_second"].items():
        middle, low, high = speed["times_as_long"][name]
        lines.append(f"| {name} | {speed_of:,.0f} | {middle:.2f} ({low:.2f} to {high:.2f}) |")
    words = f"Threads: {speed['threads']}, {speed['rounds']} interleaved rounds; median (lowest to highest)."
    return "\n".join([*lines, "", words])


def runs_table(*found: dict) -> str:
    heads = ("layers", "skips", "epochs", "validation accuracy", "loss at the star", "highest loss",
             "bends downwards near the star")  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    runs = [run for part in found for run in part["runs"]]
    kinds = dict.fromkeys((run["depth"], run["skips"], run.get("epochs", EPOCHS)) for run in runs)
    for kind in kinds:
        own = [run for run in runs if (run["depth"], run["skips"], run.get("epochs", EPOCHS)) == kind]
        cells = [_range([run[key] for run in own], form) for key, form in COLUMNS.items()]
        depth, skips, epochs = kind
        lines.append(f"| {depth} | {'with' if skips else 'without'} | {epochs} | {' | '.join(cells)} |")
    seeds, first = len({run["seed"] for run in runs}), found[0]
    machine = f"{first['machine']['machine']}, torch {first['machine']['torch']}"
    trained = f"{first['trained_on']:,} images of {first['images']}, {POINTS} x {POINTS} points; {machine}"
    return "\n".join([*lines, "", f"Median (lowest to highest) of {seeds} seeds; {trained}."])


COLUMNS = {"validation": "{:.2f}", "loss": "{:.2f}", "highest": "{:,.0f}", "bent": "{:.0%}"}
MEASURE = {"depths": measure_depths, "stopped": measure_stopped}


def _range(values: list[float], form: str) -> str:
    middle, low, high = (form.format(number) for number in (np.median(values), min(values), max(values)))
    return f"{middle} ({low} to {high})"


@click.command()
@click.argument("part", type=click.Choice(["speed", *MEASURE]))
@click.option("--rounds", default=5)
@click.option("--seeds", default=3)
@click.option("--threads", default=0, help="Threads of torch; 0: as many as it likes.")
def main(part: str, rounds: int, seeds: int, threads: int) -> None:
    if threads:
        torch.set_num_threads(threads)
    found = {"machine": describe_machine(), **(measure_speed(rounds) if part == "speed" else MEASURE[part](seeds))}
    result = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    result[part] = found
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    Console().print(write_tables(result), markup=False, soft_wrap=True)


if __name__ == "__main__":
    main()
