"""The same images read from many small files and from a few tar shards, from the disk and from the system's memory.

    python bench/input.py [--images 1200] [--rounds 5]

Every contestant runs once in every round, so that a slow moment of the machine slows all of them; only ratios within
a round are compared. "From the disk" makes the system forget the files before each run, as train/stages.py does
(their names and places it keeps: a first visit to the files is slower still). One file of plain records, read the same
way, tells what of the shards' time is unpacking. Leaves the figures and a table in bench/results/.
"""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import click
import numpy as np
import torch
from machine import describe_machine
from rich.console import Console
from rich.progress import track

from scalelab.data import Images
from scalelab.data.randomness import generator
from scalelab.data.shards import read_shards, unpack_image, write_shards
from scalelab.train.stages import ImageFile

HERE = Path(__file__).parent
SHARDS = 4
SIZES = (32, 96)  # pixels along a side: CIFAR-10's, and some ten times the bytes
FILES, SHARDED, RECORDS = "a file each, shuffled", f"{SHARDS} shards, front to back", "one file of records, in order"
PLACES = {"disk": True, "memory": False}


def some_images(count: int, size: int) -> Images:
    """Random pixels: only their number matters here."""
    random = generator("bench input", count, size)
    pixels = torch.randint(256, (count, 3, size, size), dtype=torch.uint8, generator=random)
    return Images(pixels, torch.randint(10, (count,), generator=random))


class Files:
    """Each image a .npy file, in a folder named by its label, as many data sets come; read in a shuffled order."""

    def __init__(self, folder: Path, images: Images):
        self.paths = []
        for index, (image, label) in enumerate(zip(images.images, images.labels.tolist(), strict=True)):
            path = folder / str(label) / f"{index:06}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, image.numpy())
            self.paths.append(path)
        self.order = torch.randperm(len(images), generator=generator("bench order")).tolist()

    def read(self) -> int:
        paths = (self.paths[k] for k in self.order)
        samples = ((unpack_image(path.read_bytes()), int(path.parent.name)) for path in paths)
        return sum(1 for _ in samples)


class Shards:
    """The shards as a rank without others reads them."""

    def __init__(self, folder: Path, images: Images):
        self.paths = write_shards(folder, images, SHARDS)

    def read(self) -> int:
        return sum(1 for _ in read_shards(self.paths))


class Records:
    """Label and pixels one after the other, nothing between; read 64 images at a time."""

    def __init__(self, folder: Path, images: Images):
        folder.mkdir()
        self.file = ImageFile.write(folder / "images.bin", images)
        self.paths = [self.file.path]

    def read(self) -> int:
        parts = 64 * self.file.record
        with self.file.path.open("rb", buffering=0) as stream:
            return sum(len(self.file.decode(part)[1]) for part in iter(lambda: stream.read(parts), b""))


CONTESTANTS = {FILES: Files, SHARDED: Shards, RECORDS: Records}


def settle(paths: Iterable[Path]) -> None:
    """Bring the files to the disk: only pages that are there can be forgotten."""
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())


def forget(paths: Iterable[Path]) -> None:
    """Ask the system to drop its copies of the files."""
    for path in paths:
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def speed(contestant, images: int, from_disk: bool) -> float:
    """Images per second of one pass over all of them."""
    if from_disk:
        forget(contestant.paths)
    start = time.perf_counter()
    found = contestant.read()
    seconds = time.perf_counter() - start
    if found != images:
        raise SystemExit(f"{found} of {images} images were read: nothing is worth telling.")
    return images / seconds


def measure(size: int, images: int, rounds: int) -> list[dict[str, dict[str, float]]]:
    """For each round {place: {contestant: images per second}}; a first round that is not kept warms up."""
    with tempfile.TemporaryDirectory(dir=HERE, prefix=".input-") as name:  # not /tmp, which may be memory
        folder = Path(name)
        all_images = some_images(images, size)
        made = {title: make(folder / make.__name__, all_images) for title, make in CONTESTANTS.items()}
        for contestant in made.values():
            settle(contestant.paths)
        turns = track(range(rounds + 1), f"{size} x {size} pixels", console=Console(stderr=True))
        figures = [
            {
                place: {title: speed(contestant, images, from_disk) for title, contestant in made.items()}
                for place, from_disk in PLACES.items()
            }
            for _ in turns
        ]
    return figures[1:]


def table(results: dict[int, list], images: int) -> str:
    """Medians over the rounds, with the smallest and the largest ratio, as Markdown."""
    lines = []
    for size, rounds in results.items():
        lines += [f"| {images:,} images of 3 x {size} x {size} bytes | images per second | times as fast |"]
        lines += ["|---|---|---|"]
        for place in PLACES:
            for title in CONTESTANTS:
                middle = statistics.median(figures[place][title] for figures in rounds)
                ratios = [figures[place][title] / figures[place][FILES] for figures in rounds]
                spread = f"{statistics.median(ratios):.2g} ({min(ratios):.2g} to {max(ratios):.2g})"
                lines.append(f"| from the {place}: {title} | {middle:,.0f} | {1 if title == FILES else spread} |")
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
