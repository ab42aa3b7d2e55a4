"""Records of a class as JSON files, each whole at any time."""

from pathlib import Path
from typing import TypeVar

import msgspec

from scalelab.files.atomic import write_file

Kind = TypeVar("Kind", bound=msgspec.Struct)


def save(path: Path, value: msgspec.Struct) -> None:
    """Replace the file in one step."""
    write_file(path, msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")


def read(path: Path, kind: type[Kind]) -> Kind | None:
    """None where there is no such file, or it is none of that kind."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError):
        return None
