"""Atomic file writes: no reader ever meets half of what is written."""

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from scalelab.errors import ScaleLabError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives the place of an unfinished file, which takes the place of `path` at the end of the block.

    Its name is nobody else's: two writers at once do not meet. Where the block raises, `path` stays as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid.uuid4().hex}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Replace the file in one step. Raises OSError where it cannot be written."""
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def write_folder(folder: Path, contents: Mapping[str, bytes], replaces: Callable[[str], bool]) -> None:
    """Put `contents` (name: bytes) into `folder`; old files that `replaces` names go away.

    Everything is first written beside the folder, so a failure (a full disk) leaves what was there as it was. A
    new folder then appears in one step; an existing one is changed file by file, each whole.
    Raises ScaleLabError where the folder cannot be written.
    """
    staging = folder.with_name(f".{folder.name}.writing-{os.getpid()}")
    try:
        staging.mkdir(parents=True)
        for name, content in contents.items():
            (staging / name).write_bytes(content)
        if folder.is_dir() and any(folder.iterdir()):
            _replace_files(staging, folder, contents, replaces)
        else:
            staging.replace(folder)
    except OSError as error:
        raise ScaleLabError(
            f"Could not write to {folder} ({error.strerror or error}); free some space or choose another folder."
        ) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _replace_files(staging: Path, folder: Path, names: Mapping[str, bytes], replaces: Callable[[str], bool]) -> None:
    for file in folder.iterdir():
        if replaces(file.name) and file.name not in names:
            file.unlink()
    for name in names:
        (staging / name).replace(folder / name)
