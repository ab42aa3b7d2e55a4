"""The stand-in data set, generated once for all ranks and runs: in each of them it would take 3 s of a core anew."""

import contextlib
import hashlib
import os
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from scalelab.data.images import STANDIN, Dataset, Images
from scalelab.data.standin import standin_dataset
from scalelab.data.standin_shapes import CLASSES
from scalelab.files.cache import cache_folder


def kept_standin() -> Dataset:
    """`standin_dataset()`, from the cache where it is kept; where nothing can be written it is generated each time."""
    file = _file()
    with contextlib.suppress(OSError, SafetensorError, KeyError):  # not there, or cut off
        tensors = load_file(file)
        train, test = (Images(tensors[f"{part} images"], tensors[f"{part} labels"]) for part in ("train", "test"))
        return Dataset(train, test, CLASSES, STANDIN)
    made = standin_dataset()
    with contextlib.suppress(OSError, SafetensorError):  # a full disk is told as the latter
        _keep(made, file)
    return made


def _file() -> Path:
    """Its name changes with the code that generates it."""
    code = b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("standin*.py")))
    return cache_folder() / f"stand-in-{hashlib.sha256(code).hexdigest()[:8]}.safetensors"


def _keep(data: Dataset, file: Path) -> None:
    """Whole or not at all; ranks that do so at once each put the same in its place."""
    assert data.test is not None  # the stand-in always has a test part
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    tensors = {"train images": data.train.images, "train labels": data.train.labels}
    tensors |= {"test images": data.test.images, "test labels": data.test.labels}
    try:
        save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, unfinished)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
