"""Runs that a bench has made and a notebook draws, as JSON in one file that is whole at any time."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.files.atomic import write_file

Stored = TypeVar("Stored", bound=msgspec.Struct)


def read_stored(path: Path | str, kind: type[Stored], remedy: str) -> Stored:
    """What is stored at `path`. `remedy` ends the sentence: how to get such a file.

    Raises ScaleLabError where the file is missing, cannot be read, or holds something else.
    """
    try:
        return msgspec.json.decode(Path(path).read_bytes(), type=kind)
    except FileNotFoundError as error:
        raise ScaleLabError(f"There is no {path}; {remedy}.") from error
    except OSError as error:
        raise ScaleLabError(f"{path} could not be read ({error.strerror}); {remedy}.") from error
    except msgspec.DecodeError as error:
        raise ScaleLabError(f"{path} holds no stored runs ({error}); {remedy}.") from error


def its_bench(module: str) -> str:
    """The remedy of an experiment: the bench of the same name makes its file."""
    return f"`python bench/{module.rpartition('.')[2]}.py` makes it"


def write_stored(stored: msgspec.Struct, path: Path | str) -> None:
    """Store it whole or not at all; what has a list `runs` as its last field gets one line for each of them."""
    runs = getattr(stored, "runs", None)
    write_file(Path(path), _indented(stored) if runs is None else _by_line(stored, runs))


def _by_line(stored: msgspec.Struct, runs: Sequence[msgspec.Struct]) -> bytes:
    head = msgspec.json.encode(msgspec.structs.replace(stored, runs=[]))
    lines = b",\n".join(msgspec.json.encode(run) for run in runs)
    return head.removesuffix(b"]}") + b"\n" + lines + b"\n]}\n"


def _indented(stored: msgspec.Struct) -> bytes:
    return msgspec.json.format(msgspec.json.encode(stored), indent=1) + b"\n"
