"""The virtual environment: made, recognised when whole, mended when a set-up was cut off in it."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

from scalelab.install.python import SUITABLE, answers
from scalelab.install.show import Screen

UNFINISHED = "scalelab-unfinished"  # there while the environment is being made


def python_in(root: Path) -> Path:
    """The Python of the environment, there or not."""
    return root / ".venv" / "bin" / "python"


def version(root: Path) -> str | None:
    """The Python version that .venv was made with, from its own note; None when it is not whole. No process started."""
    note = root / ".venv" / "pyvenv.cfg"
    if not (note.is_file() and python_in(root).exists()) or (root / ".venv" / UNFINISHED).exists():
        return None
    lines = (line.partition("=") for line in note.read_text(encoding="utf-8").splitlines())
    return {key.strip(): value.strip() for key, _, value in lines}.get("version")


def make(root: Path, python: str, screen: Screen) -> None:
    """Make .venv unless a usable one is there (one that a person made by hand is kept)."""
    if usable(root):
        return
    folder = root / ".venv"
    if (folder / "pyvenv.cfg").exists() or (folder / UNFINISHED).exists():
        screen.say("      The .venv here is unfinished or of another Python: making it anew.")
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)
    (folder / UNFINISHED).touch()
    screen.run([python, "-m", "venv", folder])
    (folder / UNFINISHED).unlink()


def usable(root: Path) -> bool:
    """Whether the environment is of a suitable Python and has a pip that runs."""
    made_with = version(root)
    if not made_with or not made_with.startswith(tuple(f"{suitable}." for suitable in SUITABLE)):
        return False
    return answers(str(python_in(root)), "import pip") is not None


def forget_broken(root: Path) -> list[str]:
    """Forget packages of which files are missing or cut short, so that pip installs them again; returns their names.

    pip does not undo an install that is killed, and afterwards takes the half package for installed.
    """
    forgotten = []
    for site in (root / ".venv" / "lib").glob("python3*/site-packages"):
        for remains in site.glob("~*"):  # what pip sets aside while it replaces a package
            shutil.rmtree(remains, ignore_errors=True)
        for note in site.glob("*.dist-info"):
            if not _whole(note, site):
                shutil.rmtree(note)
                forgotten.append(note.name.split("-")[0])
    return forgotten


def _whole(note: Path, site: Path) -> bool:
    record = note / "RECORD"
    if not record.is_file():
        return False
    with record.open(encoding="utf-8", newline="") as file:
        return all(_as_recorded(site / row[0], row[2]) for row in csv.reader(file) if len(row) == 3)


def _as_recorded(path: Path, size: str) -> bool:
    if path.suffix == ".pyc":  # written and removed by whoever imports
        return True
    if path.name == "kernel.json":  # set-up adds to it how OpenMP's threads wait
        return path.is_file()
    return path.is_file() and (not size or path.stat().st_size == int(size))
