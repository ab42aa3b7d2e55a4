"""What set-up cannot bring by itself is looked for first, all of it, and told in one message with what mends it."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.install import python, steps, venv, wheel

NEEDED_GB = 5
COMPILERS = ("c++", "g++", "clang++")
# Nothing is imported that takes time: the answer is to be there before a person wonders.
ASK = (
    "import importlib.util as u, os, sys, sysconfig;"
    "print('cp%d%d' % sys.version_info[:2], '%d.%d' % sys.version_info[:2],"
    " all(map(u.find_spec, ('venv', 'ensurepip'))),"
    " os.path.exists(os.path.join(sysconfig.get_path('include'), 'Python.h')))"
)


@dataclass(frozen=True)
class About:
    """Of a Python: as in "cp311" and "3.11", and whether what Debian packs apart is there."""

    python: str
    tag: str
    version: str
    has_venv: bool
    has_headers: bool


@dataclass(frozen=True)
class Missing:
    """In words, and Debian's package that brings it; None where no package does."""

    what: str
    package: str | None = None


def check(root: Path, chosen: str | None, todo: list[steps.Step]) -> None:
    """Raise ScaleLabError with all that the steps to be done will lack. `chosen` is None where no Python will do."""
    names, about = {step.name for step in todo}, _about(root, chosen)
    compiles = "horovod" in names and not steps.without_horovod() and not (about and wheel.any_cached(about.tag))
    missing = [] if chosen else [Missing(python.unsuitable())]
    if about and not about.has_venv and "venv" in names and not venv.version(root):
        missing.append(Missing("Python's venv module", _package(about, "venv")))
    if compiles:
        missing += _compiler()
    if compiles and about and not about.has_headers:
        missing.append(Missing("Python's headers", _package(about, "dev")))
    missing += _disk(root, names)
    if missing:
        raise ScaleLabError(describe_missing(missing))


def _about(root: Path, chosen: str | None) -> About | None:
    """Of the Python that Horovod will be compiled for: .venv's own where there is one already."""
    asked = str(venv.python_in(root)) if venv.version(root) else chosen
    if not asked:
        return None
    said = (python.answers(asked, ASK) or "").split()
    return About(asked, said[0], said[1], said[2] == "True", said[3] == "True") if len(said) == 4 else None


def _compiler() -> list[Missing]:
    named = os.environ.get("CXX", "").split()[:1]
    found = [] if any(map(shutil.which, (*named, *COMPILERS))) else [Missing("a C++ compiler", "g++")]
    return found if shutil.which("make") else [*found, Missing("make", "make")]


def _package(about: About, part: str) -> str | None:
    """Debian's package for its own Python, which goes by its version where it is not the usual one."""
    place, usual = Path(about.python).resolve(), Path("/usr/bin/python3")
    if place.parent != usual.parent:
        return None
    return f"python3-{part}" if place == usual.resolve() else f"python{about.version}-{part}"


def _disk(root: Path, names: set[str]) -> list[Missing]:
    free_gb = shutil.disk_usage(root).free / 1e9
    if "torch" not in names or free_gb >= NEEDED_GB:
        return []
    return [Missing(f"{NEEDED_GB} GB of disk ({free_gb:.1f} GB are free in {root})")]


def describe_missing(missing: list[Missing]) -> str:
    """One sentence that names all of it and ends in what to do."""
    whats = [one.what for one in missing]
    listed = " and ".join(filter(None, (", ".join(whats[:-1]), whats[-1])))
    packages = " ".join(dict.fromkeys(one.package for one in missing if one.package))
    steps = [f"`{_sudo()}apt install {packages}`"] if packages else []
    steps += ["mend the rest"] if packages and not all(one.package for one in missing) else []
    return f"missing here: {listed}. To mend it: {', '.join([*steps, 'then run the same command again'])}."


def _sudo() -> str:
    return "" if os.geteuid() == 0 else "sudo "
