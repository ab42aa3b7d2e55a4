"""Run a submission's notebook from top to bottom, whatever a cell does, so that all the rest of it is graded.

nbgrader's own preprocessor ends at the first cell that kills its kernel. This one ends the cell instead, starts a
fresh kernel, runs the cells before it again without those that made trouble, and goes on. The kernel is in the
sandbox, with a copy of the submission's folder that has no notebooks in it: they hold the hidden tests by then.
"""

import math
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode, v4
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Integer, Unicode

from scalelab.course.autograde.demonstrations import demonstrations, left_out
from scalelab.course.autograde.explain import explain, of_the_answer, of_the_cell
from scalelab.course.autograde.run_test_cell import run_test
from scalelab.course.exercises.cells import is_answer, is_test
from scalelab.course.kernel.kernel import Kernel
from scalelab.course.kernel.limits import Limits, Ran
from scalelab.course.kernel.outputs import error
from scalelab.sandbox import Caps, require

LEFT_OUT = "This cell was not run for the grade: it shows something, and no exercise needs it.\n"
UNSAFE = (
    "**This notebook was graded without a sandbox** (`--unsafe-no-sandbox`): it could read and change whatever the "
    "person who graded it could."
)


class RunCells(NbGraderPreprocessor):
    """Takes the place of nbgrader's Execute."""

    cell_seconds = Float(180, help="Seconds after which a cell is interrupted.").tag(config=True)
    grace_seconds = Float(5, help="Seconds more after which a cell that goes on is killed.").tag(config=True)
    notebook_seconds = Float(1200, help="Seconds for a whole notebook; tests left over get no points.").tag(config=True)
    memory_gb = Float(help="Memory of the kernel above which its cell is stopped, in GB.").tag(config=True)
    restarts = Integer(10, help="How often a notebook's kernel is started anew.").tag(config=True)
    processes = Integer(512, help="Processes and threads of the kernel and what it starts.").tag(config=True)
    source = Unicode(help="The lab's own folder, whose demonstrations are not run; empty: all run.").tag(config=True)
    sandbox = Bool(True, help="Whether the kernel is enclosed; if not, it can do all that you can.").tag(config=True)

    def _memory_gb_default(self) -> float:
        return 0.75 * psutil.virtual_memory().total / 1e9

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Fill in the outputs of every code cell. Every test cell that could not be run ends in an error output.

        Raises ScaleLabError where there is no sandbox, unless it is switched off: then the notebook says so at its end.
        """
        caps = self._caps()
        with _copied(Path(resources["metadata"]["path"] or ".").resolve()) as folder, Kernel(folder, caps) as kernel:
            _Notebook(nb.cells, kernel, self, self._left_out(nb, resources)).run()
        if not self.sandbox:
            nb.cells.append(v4.new_markdown_cell(UNSAFE))
        return nb, resources

    def _left_out(self, nb: NotebookNode, resources: ResourcesDict) -> set[int]:
        if not self.source:
            return set()
        return left_out(nb.cells, demonstrations(Path(self.source, f"{resources['nbgrader']['notebook']}.ipynb")))

    def _caps(self) -> Caps | None:
        if not self.sandbox:
            return None
        require()
        return Caps(memory_gb=self.memory_gb, processes=self.processes)


@contextmanager
def _copied(folder: Path) -> Iterator[Path]:
    """The folder's files but its notebooks, for one kernel to work with."""
    with tempfile.TemporaryDirectory(prefix="notebook-", ignore_cleanup_errors=True) as place:
        copy = Path(place) / folder.name
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("*.ipynb", "__pycache__"))
        for path in (copy, *copy.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)  # nbgrader leaves them read-only
        yield copy


class _Notebook:
    def __init__(self, cells: list[NotebookNode], kernel: Kernel, limits: RunCells, left_out: set[int]):
        self.cells, self.kernel, self.limits, self.left_out = cells, kernel, limits, left_out
        self.end = time.monotonic() + limits.notebook_seconds
        self.starts = 0
        self.troubles: dict[int, str] = {}  # cell: what it did

    def run(self) -> None:
        count = 0
        for index, cell in enumerate(self.cells):
            if cell.cell_type != "code":
                continue
            cell.outputs, cell.execution_count = [], None
            if not cell.source.strip():
                continue
            if index in self.left_out:
                cell.outputs = [v4.new_output("stream", text=LEFT_OUT)]
                continue
            if not self.kernel.alive:
                self._start(before=index)
            if not self.kernel.alive or self._left() <= 0:
                self._give_up(cell)
                continue
            count += 1
            cell.execution_count = count
            self._run_cell(index, cell)

    def _run_cell(self, index: int, cell: NotebookNode) -> None:
        if is_test(cell):
            ran = run_test(self.kernel, cell.source, self._limits())
        else:
            ran = self.kernel.run(cell.source, self._limits())
        cell.outputs = ran.outputs
        self._note(index, ran)
        if is_test(cell):
            _settle(cell, ran)
            if ran.failed and not ran.trouble:
                cell.outputs += explain(cell, self.kernel, self.cells[:index], self.troubles)

    def _note(self, index: int, ran: Ran) -> None:
        """Remember a cell that made trouble, and say so below it; below a test, of the exercise whose answer it ran."""
        if ran.trouble:
            cell = self.cells[index]
            self.troubles[index] = ran.trouble
            cell.outputs.append(error("Stopped", of_the_answer(cell, ran) if is_test(cell) else of_the_cell(ran)))

    def _start(self, before: int) -> None:
        """A fresh kernel, with all that the cells before had made, except those that made trouble and the tests."""
        while not self.kernel.alive and self.starts <= self.limits.restarts and self._left() > 0:
            self.starts += 1
            try:
                self.kernel.start()
            except RuntimeError:
                if self.starts == 1:
                    raise  # no fault of the notebook's: nbgrader reports the student as not graded
                self.starts = self.limits.restarts + 1
                return
            for index in range(before if self.starts > 1 else 0):
                cell = self.cells[index]
                passed_over = is_test(cell) or index in self.troubles or index in self.left_out
                if cell.cell_type != "code" or passed_over or not cell.source.strip():
                    continue
                self._note(index, self.kernel.run(cell.source, self._limits()))
                if not self.kernel.alive:
                    break

    def _left(self) -> float:
        return self.end - time.monotonic()

    def _limits(self) -> Limits:
        seconds = min(self.limits.cell_seconds, max(1, math.ceil(self._left())))
        return Limits(seconds, self.limits.grace_seconds, self.limits.memory_gb)

    def _give_up(self, cell: NotebookNode) -> None:
        if not is_test(cell) and not is_answer(cell):
            return
        used = "its kernel was ended too often" if self._left() > 0 else "its time was used up"
        cell.outputs = [error("Stopped", f"This cell was not run: the notebook was ended before it, because {used}.")]


def _settle(cell: NotebookNode, ran: Ran) -> None:
    """Leave nbgrader, which judges a test cell by its outputs, no choice.

    It takes whatever is written to stderr for a failure, and a value for a part of the points; neither is. A test that
    failed without showing an error, because the notebook has changed how errors are shown, has failed.
    """
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"
    cell.outputs = [_shown(output) if output.output_type == "execute_result" else output for output in cell.outputs]
    if (ran.failed or ran.trouble) and not any(output.output_type == "error" for output in cell.outputs):
        cell.outputs.append(error("NotGraded", "This test did not come to its end, and no error was shown."))


def _shown(result: NotebookNode) -> NotebookNode:
    return v4.new_output("display_data", data=result.data, metadata=result.metadata)
