"""The same images read from many small files, a few tar shards, plain records and HDF5, from disk and from memory.

    python bench/input.py [--images 1200] [--rounds 5]

Every contestant runs once in every round, so that a slow moment of the machine slows all of them; only ratios within
a round are compared. "From the disk" makes the system forget the files before each run, as train/stages.py does
(their names and places it keeps: a first visit to the files is slower still). One file of plain records, read the same
way, tells what of the shards' time is unpacking. Leaves the figures and a table in bench/results/.
"""

import json
import statistics
import tempfile
from pathlib import Path

import click
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.analysis.throughput.storage_layouts import reading_rounds, write_layouts
from scalelab.data import Images
from scalelab.data.randomness import generator

HERE = Path(__file__).parent
SHARDS = 4
SIZES = (32, 96)  # pixels along a side: CIFAR-10's, and some ten times the bytes
PLACES = {"disk": True, "memory": False}


def some_images(count: int, size: int) -> Images:
    """Random pixels: only their number matters here."""
    random = generator("bench input", count, size)
    pixels = torch.randint(256, (count, 3, size, size), dtype=torch.uint8, generator=random)
    return Images(pixels, torch.randint(10, (count,), generator=random))


def measure(size: int, images: int, rounds: int) -> list[dict[str, dict[str, float]]]:
    """For each round {place: {layout: images per second}}."""
    with tempfile.TemporaryDirectory(dir=HERE, prefix=".input-") as name:  # not /tmp, which may be memory
        layouts = write_layouts(Path(name), some_images(images, size), SHARDS)
        rows = reading_rounds(layouts, rounds, from_disk=list(PLACES.values()))
        turns = track(rows, f"{size} x {size} pixels", total=rounds, console=Console(stderr=True))
        names = [layout.name for layout in layouts]
        return [
            {place: dict(zip(names, row.tolist(), strict=True)) for place, row in zip(PLACES, speeds, strict=True)}
            for speeds in turns
        ]


def table(results: dict[int, list], images: int) -> str:
    """Medians over the rounds, with the smallest and the largest ratio, as Markdown."""
    lines = []
    for size, rounds in results.items():
        lines += [f"| {images:,} images of 3 x {size} x {size} bytes | images per second | times as fast |"]
        lines += ["|---|---|---|"]
        for place in PLACES:
            first, *others = rounds[0][place]
            for title in (first, *others):
                middle = statistics.median(figures[place][title] for figures in rounds)
                ratios = [figures[place][title] / figures[place][first] for figures in rounds]
                spread = f"{statistics.median(ratios):.2g} ({min(ratios):.2g} to {max(ratios):.2g})"
                lines.append(f"| from the {place}: {title} | {middle:,.0f} | {1 if title == first else spread} |")
        lines.append("")
    known = "For the rows from the disk the system forgot the files' contents, but not their names."
    return "\n".join([*lines, f"{len(rounds)} rounds. {known}"])


@click.command()
@click.option("--images", default=1200, show_default=True)
@click.option("--rounds", default=5, show_default=True)
def main(images: int, rounds: int) -> None:
    """Measure, print the table, keep everything in bench/results/."""
    torch.set_num_threads(1)
    results = {size: measure(size, images, rounds) for size in SIZES}
    words = table(results, images)
    click.echo(words)
    stored = describe_machine() | {"images": images, "shards": SHARDS, "images_per_second": results}
    (HERE / "results" / "input.json").write_text(json.dumps(stored, indent=2) + "\n")
    (HERE / "results" / "input.md").write_text(words + "\n")


if __name__ == "__main__":
    main()
