"""Files that are there as a whole or not at all."""

import os
from pathlib import Path
from typing import TypeVar

import msgspec

Kind = TypeVar("Kind", bound=msgspec.Struct)


def write_whole(path: Path, content: bytes) -> None:
    """Replace the file in one step; two writers at once do not meet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.uname().nodename}-{os.getpid()}")
    unfinished.write_bytes(content)
    unfinished.replace(path)


def save(path: Path, value: msgspec.Struct) -> None:
    write_whole(path, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def read(path: Path, kind: type[Kind]) -> Kind | None:
    """None where there is no such file, or it is none of that kind."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
