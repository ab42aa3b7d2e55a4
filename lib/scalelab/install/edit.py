"""An edit of a source that is not ours: data, and applying it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError


@dataclass(frozen=True)
class Edit:
    """In the file `path` of the source, every `old` becomes `new`."""

    path: str
    old: str
    new: str
    why: str


def digest(edits: tuple[Edit, ...]) -> str:
    """Eight hexadecimal digits that change with any edit: part of the wheel's version and of its place in the cache."""
    text = "\n".join(f"{edit.path}\0{edit.old}\0{edit.new}" for edit in edits)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def apply_all(source: Path, edits: tuple[Edit, ...]) -> None:
    """Edit the unpacked source in place; raises ScaleLabError when a text to replace is not there."""
    for edit in edits:
        file = source / edit.path
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if edit.old not in text:
            raise ScaleLabError(
                f"this Horovod source is not the one that the edits were written for: "
                f"{edit.path} has no `{edit.old.strip().splitlines()[0]}`; see lib/scalelab/install/edits.py."
            )
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
