"""The same images in many small files, in tar shards, in a file of plain records and in HDF5: how fast each is read."""

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import h5py
import numpy as np
import torch

from scalelab.data.images import Images
from scalelab.data.randomness import generator
from scalelab.data.streaming.shards import read_shards, unpack_image, write_shards
from scalelab.errors import ScaleLabError
from scalelab.train.stages import ImageFile

RECORDS_AT_A_TIME = 64


class OneFileEach:
    """Each image a .npy file in a folder named by its label, as many data sets come; read in a shuffled order."""

    def __init__(self, folder: Path, images: Images):
        self.name, self.count, self.paths = "a file each, shuffled", len(images), []
        for index, (image, label) in enumerate(zip(images.images, images.labels.tolist(), strict=True)):
            path = folder / str(label) / f"{index:06}.npy"
            path.parent.mkdir(parents=True, exist_ok=True)
            np.save(path, image.numpy())
            self.paths.append(path)
        self.order = reading_order(len(images))

    def read(self, latency: float = 0.0) -> int:
        """Read all images; their number. `latency`: see `opened`."""
        paths = opened((self.paths[k] for k in self.order), latency)
        return sum(1 for _ in ((unpack_image(path.read_bytes()), int(path.parent.name)) for path in paths))


class Shards:
    """Tar shards, as a rank without others reads them."""

    def __init__(self, folder: Path, images: Images, shards: int = 4):
        self.name, self.count = f"{shards} tar shards, front to back", len(images)
        self.paths = write_shards(folder, images, shards)

    def read(self, latency: float = 0.0) -> int:
        """Read all images; their number. `latency`: see `opened`."""
        return sum(1 for _ in read_shards(opened(self.paths, latency)))


class Records:
    """Label and pixels one after the other, nothing between, in one file; read 64 images at a time, in order."""

    def __init__(self, folder: Path, images: Images):
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.count = "one file of records, in order", len(images)
        self.file = ImageFile.write(folder / "images.bin", images)
        self.paths = [self.file.path]

    def read(self, latency: float = 0.0) -> int:
        """Read all images; their number. `latency`: see `opened`."""
        return sum(self._read_file(path) for path in opened(self.paths, latency))

    def _read_file(self, path: Path) -> int:
        part = RECORDS_AT_A_TIME * self.file.record
        with path.open("rb", buffering=0) as stream:
            return sum(len(self.file.decode(records)[1]) for records in iter(lambda: stream.read(part), b""))


class Hdf5:
    """One HDF5 file with an array of pixels and one of labels; each image asked for by its number, shuffled."""

    def __init__(self, folder: Path, images: Images):
        folder.mkdir(parents=True, exist_ok=True)
        self.name, self.count, self.paths = "one HDF5 file, shuffled", len(images), [folder / "images.h5"]
        with h5py.File(self.paths[0], "w") as file:
            file["pixels"], file["labels"] = images.images.numpy(), images.labels.numpy()
        self.order = reading_order(len(images))

    def read(self, latency: float = 0.0) -> int:
        """Read all images; their number. `latency`: see `opened`."""
        return sum(self._read_file(path) for path in opened(self.paths, latency))

    def _read_file(self, path: Path) -> int:
        with h5py.File(path) as file:
            pixels, labels = file["pixels"], file["labels"]
            return sum(1 for _ in ((torch.from_numpy(pixels[k]), int(labels[k])) for k in self.order))


Layout = OneFileEach | Shards | Records | Hdf5


def reading_order(count: int) -> list[int]:
    """The numbers of `count` images, shuffled, alike in each call."""
    return torch.randperm(count, generator=generator("reading order")).tolist()


def opened(paths: Iterable[Path], latency: float) -> Iterator[Path]:
    """The paths, each after `latency` seconds of waiting: what a far file system takes to open a file. Pretended."""
    for path in paths:
        if latency:
            time.sleep(latency)
        yield path


def write_layouts(folder: Path, images: Images, shards: int = 4) -> list[Layout]:
    """The images in all four layouts, a folder each, and on the disk: only what is there can be forgotten.

    FOLDER/files, FOLDER/shards, FOLDER/records and FOLDER/hdf5 hold nothing else afterwards.
    """
    for name in ("files", "shards", "records", "hdf5"):
        shutil.rmtree(folder / name, ignore_errors=True)
    layouts: list[Layout] = [
        OneFileEach(folder / "files", images),
        Shards(folder / "shards", images, shards),
        Records(folder / "records", images),
        Hdf5(folder / "hdf5", images),
    ]
    for path in (path for layout in layouts for path in layout.paths):
        with path.open("rb") as file:
            os.fsync(file.fileno())
    return layouts


def forget(paths: Iterable[Path]) -> None:
    """Ask the system to drop its copies of the files' contents (where it can be asked); it keeps their names."""
    for path in paths:
        if hasattr(os, "posix_fadvise"):
            with path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def images_per_second(layout: Layout, from_disk: bool = False, latency: float = 0.0) -> float:
    """The speed of one pass over all images. Raises ScaleLabError where not all of them were found."""
    if from_disk:
        forget(layout.paths)
    start = time.perf_counter()
    found = layout.read(latency)
    seconds = time.perf_counter() - start
    if found != layout.count:
        raise ScaleLabError(f"{found} of {layout.count} images were read from {layout.name}; write them again.")
    return layout.count / seconds


def reading_rounds(
    layouts: Sequence[Layout], rounds: int, from_disk: Sequence[bool] = (False,), latencies: Sequence[float] = (0.0,),
    warm_up: bool = True,
) -> Iterator[np.ndarray]:  # fmt: skip
    """One array a round: images per second (conditions, layouts), for every place and latency in turn.

    Every layout runs once in every round, so that a slow moment of the machine slows all of them. A first round, to
    `warm_up`, is not given.
    """
    conditions = [(place, latency) for place in from_disk for latency in latencies]
    for number in range(rounds + warm_up):
        speeds = [[images_per_second(layout, *condition) for layout in layouts] for condition in conditions]
        if number >= warm_up:
            yield np.array(speeds)


def with_latency(speed: float, opens_per_image: float, latency: np.ndarray) -> np.ndarray:
    """Images per second once every opening of a file costs `latency` seconds more; `speed` is that without."""
    return 1 / (1 / speed + opens_per_image * np.asarray(latency))
