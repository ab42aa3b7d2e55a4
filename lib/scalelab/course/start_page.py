"""The first page of a working folder: the course as a map, what is done, what comes next, what this machine can run."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from scalelab.course.exercises import is_test
from scalelab.machine import Row

PAGE = "START.md"
QUESTION = re.compile(r"\*\*(.+\?)\*\*")
HOW = """\
Open a notebook by its link. Run a cell with Shift+Enter; ■ in the toolbar stops what runs, all ranks of it included.
The test below an exercise says in a sentence what is not right yet. Nothing you change is ever written over. This page
is made anew by `make lab`."""


@dataclass(frozen=True)
class Stop:
    """A notebook on the way: its title, its question if that is another, and how many of its tests have passed."""

    path: str
    title: str
    question: str
    passed: int
    tests: int
    begun: bool

    @property
    def done(self) -> bool:
        return self.begun and self.passed == self.tests

    @property
    def state(self) -> str:
        if not self.begun:
            return "not begun"
        if not self.tests:
            return "✓ read"
        return f"{'✓ ' if self.done else ''}{self.passed} of {self.tests}"


def lay_start_page(work: Path, machine: Iterable[Row]) -> Path:
    """Write WORK/START.md anew; `machine` are rows of `scalelab doctor`."""
    stops = [_stop(path, work) for path in sorted(work.glob("*/*.ipynb"), key=_order) if ".new" not in path.name]
    page = work / PAGE
    unfinished = page.with_suffix(".part")
    unfinished.write_text(_page(stops, list(machine)), encoding="utf-8")
    unfinished.replace(page)
    return page


def _order(path: Path) -> tuple[bool, str]:
    """Labs by their names, the assessment last."""
    return not path.parent.name.startswith("lab"), str(path)


def _stop(path: Path, work: Path) -> Stop:
    try:
        cells = nbformat.read(path, 4).cells
    except (OSError, ValueError, nbformat.ValidationError):
        return Stop(path.relative_to(work).as_posix(), f"{path.name} cannot be read", "", 0, 0, False)
    first = next((cell.source for cell in cells if cell.cell_type == "markdown"), path.stem)
    title, _, rest = first.removeprefix("# ").partition("\n")
    question = QUESTION.match(rest.strip())
    tests = [cell for cell in cells if is_test(cell)]
    return Stop(
        path.relative_to(work).as_posix(), title, question[1] if question else "", sum(map(_passed, tests)), len(tests),
        any(cell.get("execution_count") for cell in cells),
    )  # fmt: skip


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
        lines.append(f"| {row.what} | {'' if row.state == 'ok' else f'{row.state}: '}{row.found} | {row.mend} |")
    return "\n".join([*lines, ""])
