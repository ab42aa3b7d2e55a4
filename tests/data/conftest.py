"""Real images where $SCALELAB_DATA has them, else the stand-in; and writers of every file layout, byte by byte."""

import gzip
import os
import pickle
import struct
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch

from scalelab.data.cifar10 import read_cifar10
from scalelab.data.images import Dataset, Images
from scalelab.data.standin import standin_dataset
from scalelab.errors import ScaleLabError


def random_images(count, seed=0, shape=(3, 32, 32)):
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randint(0, 256, (count, *shape), generator=generator, dtype=torch.uint8)
    return Images(pixels, torch.randint(0, 10, (count,), generator=generator))


@pytest.fixture(autouse=True)
def no_data_of_this_machine(tmp_path_factory, monkeypatch):
    """Neither the person's own data nor their cache takes part, unless a test asks for `some_images`."""
    monkeypatch.delenv("SCALELAB_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(scope="session")
def real_data():
    """$SCALELAB_DATA as it was when the tests began, or None."""
    return os.environ.get("SCALELAB_DATA")


@pytest.fixture(scope="session")
def some_images(real_data) -> Dataset:
    """2,000 training and 500 test images; `source` says whether they are real."""
    if real_data is None:
        return standin_dataset(3000)
    try:
        whole = read_cifar10(Path(real_data))
    except ScaleLabError:
        return standin_dataset(3000)
    train, test = whole.train.take(torch.arange(2000)), whole.test.take(torch.arange(500))
    return Dataset(train, test, whole.classes, whole.source)


@pytest.fixture(scope="session")
def images():
    return random_images


def py2_string(content: bytes) -> bytes:
    if len(content) < 256:
        return b"U" + bytes([len(content)]) + content
    return b"T" + struct.pack("<i", len(content)) + content


def py2_int(value: int) -> bytes:
    return b"K" + bytes([value]) if value < 256 else b"J" + struct.pack("<i", value)


def py2_array(array: np.ndarray) -> bytes:
    dtype = b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb"
    shape = py2_int(array.shape[0]) + py2_int(array.shape[1]) + b"\x86"
    empty = b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R"
    return empty + b"(K\x01" + shape + dtype + b"\x89" + py2_string(array.tobytes()) + b"tb"


def py2_batch(part: Images, label: bytes = b"training batch 1 of 5") -> bytes:
    """What Python 2's cPickle wrote with protocol 2 (str as SHORT_BINSTRING and BINSTRING), opcode by opcode."""
    labels = b"](" + b"".join(py2_int(int(value)) for value in part.labels) + b"e"
    names = b"](" + b"".join(py2_string(b"image_%d.png" % k) for k in range(len(part))) + b"e"
    items = {
        b"batch_label": py2_string(label),
        b"labels": labels,
        b"data": py2_array(part.images.numpy().reshape(len(part), -1)),
        b"filenames": names,
    }
    return b"\x80\x02}q\x01(" + b"".join(py2_string(key) + value for key, value in items.items()) + b"u."


def py3_batch(part: Images, protocol: int) -> bytes:
    data = part.images.numpy().reshape(len(part), -1)
    return pickle.dumps({b"data": data, b"labels": part.labels.tolist()}, protocol=protocol)


def binary_batch(part: Images) -> bytes:
    labels = part.labels.numpy().astype(np.uint8)[:, None]
    return np.concatenate([labels, part.images.numpy().reshape(len(part), -1)], axis=1).tobytes()


def as_archive(path: Path, contents: dict[str, bytes]) -> Path:
    folder = path.parent / "to-pack"
    folder.mkdir(exist_ok=True)
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for name, content in contents.items():
            (folder / Path(name).name).write_bytes(content)
            archive.add(folder / Path(name).name, name)
    return path


def as_folder(path: Path, contents: dict[str, bytes]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (path / Path(name).name).write_bytes(content)
    return path


def idx(array: np.ndarray) -> bytes:
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


def fashion_files(train: Images, test: Images | None, packed: bool = True) -> dict[str, bytes]:
    contents = {}
    for name, part in (("train", train), ("t10k", test)):
        if part is not None:
            contents[f"{name}-images-idx3-ubyte"] = idx(part.images[:, 0].numpy())
            contents[f"{name}-labels-idx1-ubyte"] = idx(part.labels.numpy().astype(np.uint8))
    return {f"{name}.gz": gzip.compress(raw) for name, raw in contents.items()} if packed else contents


class Craft:
    """The writers above, handed to tests as one fixture."""

    binary_batch = staticmethod(binary_batch)
    py2_batch = staticmethod(py2_batch)
    py3_batch = staticmethod(py3_batch)
    archive = staticmethod(as_archive)
    folder = staticmethod(as_folder)
    fashion = staticmethod(fashion_files)


@pytest.fixture(scope="session")
def craft():
    return Craft
