"""The places in which Horovod 0.28.1 is edited before it is built: data, and applying it."""

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


EDITS = (
    Edit(
        "CMakeLists.txt",
        "set(CMAKE_CXX_STANDARD 14)",
        "set(CMAKE_CXX_STANDARD 17)",
        "the headers of torch >= 2.1 are C++17",
    ),
    Edit(
        "horovod/torch/CMakeLists.txt",
        "set(CMAKE_CXX_STANDARD 14)",
        "set(CMAKE_CXX_STANDARD 17)",
        "this folder sets the standard again for the torch extension",
    ),
    Edit(
        "horovod/common/gloo/gloo_controller.cc",
        "global_ranks_.reserve(size_)",
        "global_ranks_.resize(size_)",
        "reserve leaves size() at 0, so that the stall check saw no ranks and never fired on Gloo",
    ),
)

# On top of them where torch is a CUDA build and CUDA is not to be used (no driver, or no compiler for it).
WITHOUT_CUDA = Edit(
    "cmake/Modules/FindPytorch.cmake",
    "(torch.version.cuda is not None) and (CUDA_HOME is not None)",
    "False",
    "any nvcc or /usr/local/cuda that lies about made Horovod demand the whole CUDA toolkit",
)


def digest(edits: tuple[Edit, ...] = EDITS) -> str:
    """Eight hexadecimal digits that change with any edit: part of the wheel's version and of its place in the cache."""
    text = "\n".join(f"{edit.path}\0{edit.old}\0{edit.new}" for edit in edits)
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def apply_all(source: Path, edits: tuple[Edit, ...] = EDITS) -> None:
    """Edit the unpacked source in place; raises ScaleLabError when a text to replace is not there."""
    for edit in edits:
        file = source / edit.path
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        if edit.old not in text:
            raise ScaleLabError(
                f"this Horovod source is not the one that the edits were written for: "
                f"{edit.path} has no `{edit.old}`; see lib/scalelab/install/edits.py."
            )
        file.write_text(text.replace(edit.old, edit.new), encoding="utf-8")
