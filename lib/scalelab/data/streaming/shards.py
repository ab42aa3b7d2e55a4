"""Images in a few large files that are read from front to back: tar shards as the WebDataset library has them.

A shard is a plain tar file. In it each image is two members, `000017.npy` (uint8 (C, H, W)) and `000017.cls` (its
label in digits), so `webdataset.WebDataset(...).decode()` reads it as well, and so does `tar`
(Aizman, Maltby and Breuel, 2019, "High Performance I/O for Large Scale Deep Learning").
"""

import io
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import torch
from webdataset import TarWriter
from webdataset.tariterators import group_by_keys, tar_file_expander

from scalelab.data.images import Images
from scalelab.data.randomness import generator
from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_folder

_NAME = re.compile(r"shard-\d{6}\.tar")
_AGAIN = "write the shards again with `write_shards`"
_END = bytes(1024)  # what every complete tar file ends with


class Sample(NamedTuple):
    """One image as it comes out of a shard: key: its number when it was written; image: uint8 (C, H, W)."""

    key: str
    image: np.ndarray
    label: int


class _Packed(Mapping[str, bytes]):
    """{file name: bytes}, each shard packed when it is asked for: one at a time is in memory."""

    def __init__(self, images: Images, shards: int):
        bounds = [len(images) * k // shards for k in range(shards + 1)]
        self.images = images
        self.parts = {f"shard-{k:06}.tar": range(*pair) for k, pair in enumerate(pairwise(bounds))}

    def __len__(self) -> int:
        return len(self.parts)

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __getitem__(self, name: str) -> bytes:
        buffer = io.BytesIO()
        # A fixed time: equal images give equal bytes.
        with TarWriter(buffer, encoder=False, mtime=0) as writer:
            for index in self.parts[name]:
                label = str(int(self.images.labels[index])).encode()
                writer.write({"__key__": f"{index:06}", "npy": _pack(self.images.images[index]), "cls": label})
        return buffer.getvalue()


def write_shards(folder: Path | str, images: Images, shards: int) -> list[Path]:
    """Write the images in their order to `shards` files of (nearly) equal length; the paths in their order.

    No reader meets half a shard, and shards that lay in the folder before are gone afterwards. Shuffle the images
    first (`images.take`) where they are sorted: a shuffle buffer mends little of that.
    Raises ScaleLabError where a shard would stay empty, or the folder cannot be written.
    """
    if not 1 <= shards <= len(images):
        raise ScaleLabError(f"Expected 1 to {len(images)} shards for {len(images)} images but got {shards}; change it.")
    folder = Path(folder)
    packed = _Packed(images, shards)
    write_folder(folder, packed, replaces=lambda name: _NAME.fullmatch(name) is not None)
    return [folder / name for name in packed]


def find_shards(folder: Path | str) -> list[Path]:
    """The shards in `folder` in their order. Raises ScaleLabError where there is none."""
    folder = Path(folder)
    found = sorted(path for path in folder.glob("shard-*.tar") if _NAME.fullmatch(path.name))
    if not found:
        raise ScaleLabError(f"Expected shards (shard-000000.tar, ...) in {folder} but found none; {_AGAIN}.")
    return found


def shards_of(paths: Sequence[Path], rank: int, size: int, epoch: int = 0, seed: int = 0) -> list[Path]:
    """The shards that this rank reads in this epoch: no shard on two ranks, none on no rank.

    All ranks shuffle the list with the same seed, so they need not talk to each other, and an epoch later a rank
    gets other shards. Ranks may get unequal numbers of images: with Horovod, agree on the number of steps.
    Raises ScaleLabError for fewer shards than ranks: a rank without data would make all others wait.
    """
    if not 0 <= rank < size:
        raise ScaleLabError(f"Expected a rank from 0 to {size - 1} but got rank {rank} of {size}; check the launch.")
    if len(paths) < size:
        raise ScaleLabError(
            f"Expected a shard for each of {size} ranks but got {len(paths)}; write more shards or use fewer ranks."
        )
    order = torch.randperm(len(paths), generator=generator("shards", seed, epoch)).tolist()
    return [paths[place] for place in order[rank::size]]


def read_shards(paths: Iterable[Path]) -> Iterator[Sample]:
    """The samples of one shard after the other, each file read once from front to back.

    Raises ScaleLabError for a file that is missing, truncated, no tar file, or holds something else.
    """
    for path in map(Path, paths):
        try:
            with path.open("rb") as stream:
                _check_end(path, stream)
                archive = tar_file_expander([{"url": str(path), "stream": stream}])
                for entry in group_by_keys(archive):
                    yield _unpack(path, entry)
        except OSError as error:
            raise ScaleLabError(f"Could not read {path} ({error.strerror or error}); {_AGAIN}.") from error
        except (tarfile.TarError, ValueError) as error:
            raise ScaleLabError(f"{path} is a damaged shard ({error.args[0]}); {_AGAIN}.") from error


def in_batches(samples: Iterable[Sample], batch_size: int) -> Iterator[Images]:
    """The samples as batches in their order; the last is shorter where they do not divide.

    Raises ScaleLabError for a batch size below 1.
    """
    if batch_size < 1:
        raise ScaleLabError(f"Expected a batch size of 1 or more but got {batch_size}; raise it.")
    rest = iter(samples)
    return map(_stack, iter(lambda: list(islice(rest, batch_size)), []))


def _stack(samples: Sequence[Sample]) -> Images:
    pixels = torch.from_numpy(np.stack([sample.image for sample in samples]))
    return Images(pixels, torch.tensor([sample.label for sample in samples]))


def _pack(image: torch.Tensor) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, image.contiguous().cpu().numpy(), allow_pickle=False)
    return buffer.getvalue()


def _check_end(path: Path, stream: io.BufferedReader) -> None:
    """A tar file cut between two members reads as a shorter one; that its last blocks are missing gives it away."""
    stream.seek(max(0, path.stat().st_size - len(_END)))
    if stream.read() != _END:
        raise ScaleLabError(f"{path} is truncated or no tar file: it does not end as one; {_AGAIN}.")
    stream.seek(0)


def _unpack(path: Path, entry: Mapping[str, Any]) -> Sample:
    key = entry["__key__"]
    missing = [kind for kind in ("npy", "cls") if kind not in entry]
    if missing:
        raise ScaleLabError(f"Expected {key}.{missing[0]} in {path} but it is not there; {_AGAIN}.")
    image = unpack_image(entry["npy"])
    if image.dtype != np.uint8 or image.ndim != 3:
        came = f"{image.dtype} {image.shape}"
        raise ScaleLabError(f"Expected {key}.npy in {path} as uint8 (C, H, W) but it is {came}; {_AGAIN}.")
    return Sample(key, image, int(entry["cls"]))


def unpack_image(raw: bytes) -> np.ndarray:
    """The array in the bytes of a .npy file, without a copy (so it cannot be written to).

    numpy parses the head of every file anew, which for a small image takes longer than all the rest; here equal heads
    are parsed once. Raises ValueError for bytes that are not such a file.
    """
    start = 10 + int.from_bytes(raw[8:10], "little")
    shape, order, dtype = _head(raw[:start])
    return np.frombuffer(raw, dtype, offset=start).reshape(shape, order=order)


@lru_cache(maxsize=64)
def _head(raw: bytes) -> tuple[tuple[int, ...], Literal["C", "F"], np.dtype]:
    stream = io.BytesIO(raw)
    np.lib.format.read_magic(stream)
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    return shape, "F" if fortran else "C", dtype
