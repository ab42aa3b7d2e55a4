"""Writes START.md: the course as a map, what is done, what comes next, what this machine can run."""

import contextlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import nbformat
from nbformat import NotebookNode

from scalelab.course.exercises.cells import is_test
from scalelab.course.release.release import ASSESSMENT
from scalelab.files.atomic import write_file
from scalelab.install.machine import Row
from scalelab.places import ASSESSED

PAGE = "START.md"
QUESTION = re.compile(r"\*\*(.+\?)\*\*")
HOW = """\
Open a notebook by its link. Run a cell with Shift+Enter; ■ in the toolbar stops what runs, all ranks of it included.
The test below an exercise says in a sentence what is not right yet. Nothing you change is ever written over. This page
is made anew each time the lab is started, by `make lab` or as a container, and not while you work."""


@dataclass(frozen=True)
class Stop:
    """A notebook on the way: its title, its question if that is another, and how far it is, in words."""

    path: str
    title: str
    question: str
    done: bool
    state: str


def lay_start_page(work: Path, machine: Iterable[Row]) -> Path:
    """Write WORK/START.md anew; `machine` are rows of `scalelab doctor`."""
    notebooks = [path for path in work.glob("[!.]*/*.ipynb") if ".new" not in path.name]  # none of Jupyter's own copies
    stops = [_stop(path, work) for path in sorted(notebooks, key=_order)]
    page = work / PAGE
    write_file(page, _page(stops, list(machine)).encode())
    return page


def _order(path: Path) -> tuple[bool, str]:
    """Labs by their names, the assessment last."""
    return not path.parent.name.startswith("lab"), str(path)


def _stop(path: Path, work: Path) -> Stop:
    try:
        cells = nbformat.read(path, 4).cells
    except (OSError, ValueError, nbformat.ValidationError):
        return Stop(path.relative_to(work).as_posix(), f"{path.name} cannot be read", "", False, "not begun")
    first = next((cell.source for cell in cells if cell.cell_type == "markdown"), path.stem)
    title, _, rest = first.removeprefix("# ").partition("\n")
    question = QUESTION.match(rest.strip())
    done, state = _assessed(path.parent) if path.parent.name == ASSESSMENT else _worked(cells)
    return Stop(path.relative_to(work).as_posix(), title, question[1] if question else "", done, state)


def _worked(cells: Sequence[NotebookNode]) -> tuple[bool, str]:
    """Whether a lab is done, and its state in words: by its tests, or where it has none, by what was run."""
    ran = [bool(cell.get("execution_count")) for cell in cells if cell.cell_type == "code" and cell.source.strip()]
    if not any(ran):
        return False, "not begun"
    tests = [cell for cell in cells if is_test(cell)]
    if not tests:
        return all(ran), "✓ read" if all(ran) else "begun"
    passed = sum(map(_passed, tests))
    done = passed == len(tests)
    return done, f"{'✓ ' if done else ''}{passed} of {len(tests)}"


def _assessed(folder: Path) -> tuple[bool, str]:
    """The same of the assessment, by the latest verdict that the Assess button has led to."""
    for path in sorted((folder / ASSESSED).glob("*/result.json"), key=lambda one: one.stat().st_mtime, reverse=True):
        from scalelab.grade.result import Result  # late: it brings torch, which a first start may lack

        with contextlib.suppress(OSError, msgspec.DecodeError):
            passed = Result.from_json(path.read_bytes()).passed
            return passed, "✓ passed" if passed else "assessed: not passed yet"
    return False, "not yet assessed"


def _passed(cell: NotebookNode) -> bool:
    """Whether the cell was run as it was last saved, and ended without an error."""
    return bool(cell.get("execution_count")) and all(output.output_type != "error" for output in cell.outputs)


def _page(stops: Sequence[Stop], machine: Sequence[Row]) -> str:
    coming = next((stop for stop in stops if not stop.done), None)
    lines = ["# ScaleLab", ""]
    lines += [f"**Next: [{coming.title}]({coming.path})**" if coming else "**All done.**", "", HOW, ""]
    lines += ["## The way", "", "| | notebook | tests passed |", "|---|---|---|"]
    for stop in stops:
        mark = "➜" if stop is coming else "✓" if stop.done else ""
        question = f"<br>{stop.question}" if stop.question else ""
        lines.append(f"| {mark} | [{stop.title}]({stop.path}){question} | {stop.state} |")
    lines += ["", "## This machine", "", "| what | here | what to do |", "|---|---|---|"]
    for row in machine:
        lines.append(f"| {row.what} | {'' if row.state == 'ok' else f'{row.state}: '}{row.found} | {row.remedy} |")
    return "\n".join([*lines, ""])
