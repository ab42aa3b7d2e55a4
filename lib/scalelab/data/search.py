"""Find a data set: the folder that was named, $SCALELAB_DATA, the cache, then the stand-in."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scalelab.data import cifar10, fashion_mnist
from scalelab.data.catalogue import CIFAR10_ARCHIVE
from scalelab.data.images import STANDIN, Dataset
from scalelab.errors import ScaleLabError
from scalelab.files.cache import cache_folder

NAMES = ("cifar10", "fashion_mnist", "standin")
_ARCHIVES = (CIFAR10_ARCHIVE.path, "cifar-10-binary.tar.gz")


@dataclass(frozen=True)
class Found:
    """A data set and where it lies (None: nowhere, or generated); `source` says it in words for a table."""

    name: str
    path: Path | None
    source: str


def load(name: str = "cifar10", folder: Path | None = None) -> Dataset:
    """The data set `name`: "cifar10", "fashion_mnist" or "standin".

    With a `folder` (or, for cifar10, a .tar.gz) only that is looked at. Otherwise $SCALELAB_DATA, then the cache,
    then the stand-in images, which are (3, 32, 32) whatever was asked for: `Dataset.source` says which, show it.
    Raises ScaleLabError for an unknown name, data that is not there, and data that is there but damaged.
    """
    if name not in NAMES:
        raise ScaleLabError(f"Expected a data set among {', '.join(NAMES)} but got {name}; choose one of them.")
    if name == "standin":
        return _standin()
    read = cifar10.read_cifar10 if name == "cifar10" else fashion_mnist.read_fashion_mnist
    if folder is not None:
        return read(_locate(name, Path(folder)) or Path(folder))
    path = next(filter(None, (_locate(name, place) for place in _places())), None)
    return _standin() if path is None else read(path)


def find_all() -> list[Found]:
    """Every data set by name, and where `load` would take it from. Looks at names only, so it is quick."""
    places = _places(strict=False)
    found = []
    for name, title in (("cifar10", "CIFAR-10"), ("fashion_mnist", "Fashion-MNIST")):
        path = next(filter(None, (_locate(name, place) for place in places)), None)
        found.append(Found(name, path, f"{title} ({'checked when it is read' if path else 'not here'})"))
    return [*found, Found("standin", None, f"{STANDIN} (generated)")]


def _places(strict: bool = True) -> list[Path]:
    named = os.environ.get("SCALELAB_DATA")
    if named and strict and not Path(named).exists():
        raise ScaleLabError(f"$SCALELAB_DATA names {named} but nothing is there; correct it or unset it.")
    return [*([Path(named)] if named else []), cache_folder()]


def _locate(name: str, place: Path) -> Path | None:
    """What the reader of `name` should be given, or None where `place` has nothing of it."""
    if name == "fashion_mnist":
        return _folder(place, fashion_mnist.SUBFOLDERS, fashion_mnist.has_fashion_mnist)
    if place.is_file():
        return place
    archives = (place / archive for archive in _ARCHIVES)
    unpacked = _folder(place, cifar10.SUBFOLDERS, cifar10.has_cifar10)
    return unpacked or next((archive for archive in archives if archive.is_file()), None)


def _folder(place: Path, subfolders: tuple[str, ...], has: Callable[[Path], bool]) -> Path | None:
    return next((folder for folder in (place, *(place / name for name in subfolders)) if has(folder)), None)


def _standin() -> Dataset:
    from scalelab.data.standin_kept import kept_standin  # imported late: most runs have real images

    return kept_standin()
