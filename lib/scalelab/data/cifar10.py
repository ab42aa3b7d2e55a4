"""CIFAR-10 (Krizhevsky, 2009) from its real files: binary or Python layout, in a folder or a .tar.gz."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from scalelab.data.archive import read_members
from scalelab.data.catalogue import CIFAR10_CLASSES, CIFAR10_FILES
from scalelab.data.checksum import checksum, describe
from scalelab.data.images import STANDIN, Dataset, Images
from scalelab.data.unpickle import unpickle
from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_folder

SUBFOLDERS = ("cifar-10-batches-bin", "cifar-10-batches-py")
PIXELS = 3 * 32 * 32
RECORD = 1 + PIXELS
_BATCH = re.compile(r"(?:data_batch_(?P<number>\d+)|test_batch)(?P<binary>\.bin)?")
_EXTRAS = ("batches.meta", "batches.meta.txt", "source.txt")
_AGAIN = "get it again with `scalelab data cifar10`"


@dataclass(frozen=True)
class _Batch:
    pixels: np.ndarray  # uint8 (N, 3072)
    labels: np.ndarray  # (N,)


def has_cifar10(folder: Path) -> bool:
    """Whether `folder` itself holds a training batch of either layout (names only, quick)."""
    return folder.is_dir() and any(_number(file.name) is not None for file in folder.iterdir())


def read_cifar10(path: Path) -> Dataset:
    """Images (N, 3, 32, 32) of the batches in `path`, in the order of their numbers.

    `path` is a folder with the batches of either layout, its parent, or the .tar.gz of either. Without a test
    batch, `test` is None. A batch may hold any number of images.
    Raises ScaleLabError for anything that is missing, truncated, of a wrong size or label, or not CIFAR-10.
    """
    path = _batches_folder(Path(path))
    batches, extras, checksums = {}, {}, {}
    for name, content in read_members(path, lambda name: bool(_BATCH.fullmatch(name)) or name in _EXTRAS):
        if name in _EXTRAS:
            extras[name] = content
        elif name in batches:
            raise ScaleLabError(f"Expected one {name} in {path} but there are two; {_AGAIN}.")
        else:
            batches[name] = _decode(name, content, path)
            checksums[name] = checksum(content, CIFAR10_FILES.get(name))
    names = _training_names(batches, path)
    classes = _classes(extras, path)
    train = _join([batches.pop(name) for name in names])
    test = _join(list(batches.values())) if batches else None
    return Dataset(train, test, classes, _source(checksums, extras, classes))


def write_cifar10(folder: Path, train: Images, test: Images | None, classes: tuple[str, ...], source: str = "") -> None:
    """Write the binary layout, in five training batches as the publisher does; exact when read back.

    Nothing half-written is ever seen under these names. Pass `source` ("stand-in images") so that whoever reads
    the folder names them right.
    Raises ScaleLabError when the images are not CIFAR-10's shape or the folder cannot be written.
    """
    folder = Path(folder)
    contents = {"batches.meta.txt": "".join(f"{name}\n" for name in classes).encode()}
    if source:
        contents["source.txt"] = f"{source}\n".encode()
    for part in (train, test):
        if part is not None:
            _check_writable(part)
    if test is not None:
        contents["test_batch.bin"] = _records(test)
    parts = [part for part in torch.arange(len(train)).tensor_split(5) if len(part)]
    for number, indices in enumerate(parts, start=1):
        contents[f"data_batch_{number}.bin"] = _records(train.take(indices))
    write_folder(folder, contents, replaces=lambda name: bool(_BATCH.fullmatch(name)) or name in _EXTRAS)


def _number(name: str) -> int | None:
    """Of a training batch; None for any other file."""
    match = _BATCH.fullmatch(name)
    return int(match["number"]) if match and match["number"] else None


def _batches_folder(path: Path) -> Path:
    """The folder that holds the batches: `path` itself or one of the usual folders in it."""
    folders = [path, *(path / name for name in SUBFOLDERS)]
    return next((folder for folder in folders if has_cifar10(folder)), path)


def _training_names(batches: dict[str, _Batch], path: Path) -> list[str]:
    if len({name.endswith(".bin") for name in batches}) > 1:
        raise ScaleLabError(f"Expected one layout in {path} but it mixes binary and Python batches; remove one.")
    numbers = {name: number for name in batches if (number := _number(name)) is not None}
    if not numbers:
        raise ScaleLabError(f"Expected CIFAR-10 training batches in {path} but found none; {_AGAIN}.")
    return sorted(numbers, key=lambda name: numbers[name])


def _decode(name: str, content: bytes, path: Path) -> _Batch:
    where = path / name
    batch = _decode_binary(content, where) if name.endswith(".bin") else _decode_python(content, where)
    wrong = np.flatnonzero((batch.labels < 0) | (batch.labels > 9))
    if len(wrong):
        raise ScaleLabError(
            f"Expected labels from 0 to 9 in {where} but image {wrong[0]} has {batch.labels[wrong[0]]}; {_AGAIN}."
        )
    return batch


def _decode_binary(content: bytes, where: Path) -> _Batch:
    if not content or len(content) % RECORD:
        raise ScaleLabError(
            f"Expected a whole number of {RECORD}-byte records in {where} but it has {len(content)} bytes "
            f"(truncated, or not CIFAR-10); {_AGAIN}."
        )
    records = np.frombuffer(content, np.uint8).reshape(-1, RECORD)
    return _Batch(records[:, 1:], records[:, 0])


def _decode_python(content: bytes, where: Path) -> _Batch:
    batch = unpickle(content, str(where))
    pixels, labels = batch.get("data"), batch.get("labels")
    if not isinstance(pixels, np.ndarray) or pixels.ndim != 2 or pixels.shape[1] != PIXELS or not len(pixels):
        came = getattr(pixels, "shape", type(pixels).__name__)
        raise ScaleLabError(f"Expected an array `data` of N x {PIXELS} bytes in {where} but got {came}; {_AGAIN}.")
    if type(labels) is not list or any(type(label) is not int for label in labels):
        raise ScaleLabError(f"Expected a list `labels` of whole numbers in {where} but got something else; {_AGAIN}.")
    if len(labels) != len(pixels):
        raise ScaleLabError(
            f"Expected one label per image in {where} but it has {len(pixels)} images and {len(labels)} labels; "
            f"{_AGAIN}."
        )
    # Through a wide range, so that a huge label is reported and does not overflow.
    return _Batch(pixels, np.array([max(-1, min(label, 255)) for label in labels], np.int64))


def _join(batches: list[_Batch]) -> Images:
    count = sum(len(batch.labels) for batch in batches)
    images = torch.empty(count, 3, 32, 32, dtype=torch.uint8)
    labels = torch.empty(count, dtype=torch.int64)
    start = 0
    for batch in batches:
        stop = start + len(batch.labels)
        images[start:stop].view(-1, PIXELS).numpy()[:] = batch.pixels
        labels[start:stop].numpy()[:] = batch.labels
        start = stop
    return Images(images, labels)


def _classes(extras: dict[str, bytes], path: Path) -> tuple[str, ...]:
    if "batches.meta.txt" in extras:
        lines = extras["batches.meta.txt"].decode("utf-8", "replace").splitlines()
        names = tuple(line.strip() for line in lines if line.strip())
    elif "batches.meta" in extras:
        label_names = unpickle(extras["batches.meta"], str(path / "batches.meta")).get("label_names")
        meta = label_names if isinstance(label_names, list | tuple) else ()
        names = tuple(n.decode("utf-8", "replace") if type(n) is bytes else str(n) for n in meta)
    else:
        names = CIFAR10_CLASSES
    if len(names) != 10:
        raise ScaleLabError(f"Expected the names of 10 classes in {path} but its metadata has {len(names)}; {_AGAIN}.")
    return names


def _source(checksums: dict[str, str], extras: dict[str, bytes], classes: tuple[str, ...]) -> str:
    words = describe("CIFAR-10", checksums, CIFAR10_FILES if classes == CIFAR10_CLASSES else {})
    noted = extras.get("source.txt", b"").decode("utf-8", "replace").strip()
    # A note in the folder may call its images less than CIFAR-10, never more.
    return STANDIN if noted == STANDIN and not words.endswith("(official)") else words


def _check_writable(part: Images) -> None:
    if part.images.shape[1:] != (3, 32, 32) or not len(part):
        raise ScaleLabError(
            f"Expected one or more images of 3 x 32 x 32 to write but got {tuple(part.images.shape)}; resize them."
        )
    if not 0 <= int(part.labels.min()) <= int(part.labels.max()) <= 9:
        raise ScaleLabError("Expected labels from 0 to 9 to write but some lie outside; CIFAR-10 has 10 classes.")


def _records(part: Images) -> bytes:
    labels = part.labels.to(torch.uint8).cpu().view(-1, 1)
    return torch.cat([labels, part.images.cpu().reshape(-1, PIXELS)], dim=1).numpy().tobytes()
