"""Fashion-MNIST (Xiao, Rasul and Vollgraf, 2017) from its idx files, packed (.gz) or plain."""

import gzip
import io
import struct
import zlib
from pathlib import Path

import numpy as np
import torch

from scalelab.data.catalogue import FASHION_MNIST_CLASSES, FASHION_MNIST_FILES
from scalelab.data.checksum import checksum, describe
from scalelab.data.images import Dataset, Images
from scalelab.errors import ScaleLabError

SUBFOLDERS = ("fashion-mnist", "FashionMNIST/raw")
_AGAIN = "get it again with `scalelab data fashion_mnist`"


def has_fashion_mnist(folder: Path) -> bool:
    """Whether `folder` itself holds the training images (names only, quick)."""
    return _find(folder, "train-images-idx3-ubyte") is not None


def read_fashion_mnist(folder: Path) -> Dataset:
    """Images (N, 1, 28, 28) of the idx files in `folder` or in the usual folder in it.

    Without either test file, `test` is None.
    Raises ScaleLabError for a file that is missing, truncated, too long, or not what its name says.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise ScaleLabError(f"Expected a folder with Fashion-MNIST at {folder} but nothing is there; check the path.")
    folders = [folder, *(folder / name for name in SUBFOLDERS)]
    folder = next((place for place in folders if has_fashion_mnist(place)), folder)
    checksums: dict[str, str] = {}
    train = _read_part(folder, "train", checksums)
    has_test = any(_find(folder, f"t10k-{kind}") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte"))
    test = _read_part(folder, "t10k", checksums) if has_test else None
    return Dataset(train, test, FASHION_MNIST_CLASSES, _source(checksums))


def _source(checksums: dict[str, str]) -> str:
    words = describe("Fashion-MNIST", checksums, FASHION_MNIST_FILES)
    if any(not name.endswith(".gz") for name in checksums):
        # Checksums are published for the .gz files only: plain ones may well be the official images.
        return words.replace("other encoding", "unpacked, no published checksum")
    return words


def _find(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / f"{name}.gz", folder / name) if path.is_file()), None)


def _read_part(folder: Path, part: str, checksums: dict[str, str]) -> Images:
    images = _read_idx(folder, f"{part}-images-idx3-ubyte", (28, 28), checksums)
    labels = _read_idx(folder, f"{part}-labels-idx1-ubyte", (), checksums)
    if len(images) != len(labels):
        raise ScaleLabError(
            f"Expected one label per image in {folder} but `{part}` has {len(images)} images and {len(labels)} "
            f"labels; {_AGAIN}."
        )
    if len(labels) and labels.max() > 9:
        raise ScaleLabError(
            f"Expected labels from 0 to 9 in {folder} but image {labels.argmax()} of `{part}` has {labels.max()}; "
            f"{_AGAIN}."
        )
    return Images(torch.from_numpy(images.copy()).unsqueeze(1), torch.from_numpy(labels.astype(np.int64)))


def _read_idx(folder: Path, name: str, shape: tuple[int, ...], checksums: dict[str, str]) -> np.ndarray:
    path = _find(folder, name)
    if path is None:
        raise ScaleLabError(f"Expected {name}.gz in {folder} but it is not there; {_AGAIN}.")
    raw = path.read_bytes()
    checksums[path.name] = checksum(raw, FASHION_MNIST_FILES.get(path.name))
    try:
        with gzip.open(io.BytesIO(raw)) if path.suffix == ".gz" else io.BytesIO(raw) as stream:
            return _parse_idx(stream, path, shape)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise ScaleLabError(f"{path} is a truncated or damaged gzip file ({error}); {_AGAIN}.") from error


def _parse_idx(stream: io.BufferedIOBase, path: Path, shape: tuple[int, ...]) -> np.ndarray:
    """uint8 (N, *shape). An idx file is 0 0 8 (unsigned bytes), the number of sizes, the sizes, the bytes."""
    header = stream.read(8 + 4 * len(shape))
    magic = bytes([0, 0, 8, 1 + len(shape)])
    if header[:4] != magic:
        raise ScaleLabError(f"Expected {path} to begin with {magic.hex()} but it has {header[:4].hex()}; {_AGAIN}.")
    if len(header) < 8 + 4 * len(shape):
        raise ScaleLabError(f"{path} ends within its header; {_AGAIN}.")
    count, *sizes = struct.unpack(f">{1 + len(shape)}I", header[4:])
    if tuple(sizes) != shape:
        raise ScaleLabError(f"Expected items of size {shape} in {path} but its header says {tuple(sizes)}; {_AGAIN}.")
    size = count * int(np.prod(shape, dtype=np.int64))
    content = stream.read(size + 1)  # one more than there should be, so that a rest shows
    if len(content) != size or not count:
        came = "more follow" if len(content) > size else f"it has {len(content)}"
        raise ScaleLabError(f"Expected {size} bytes for {count} items in {path} but {came}; {_AGAIN}.")
    return np.frombuffer(content, np.uint8).reshape(count, *shape)
