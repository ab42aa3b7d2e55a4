"""Run a submission's notebook from top to bottom, whatever a cell does, so that all the rest of it is graded.

nbgrader's own preprocessor ends at the first cell that kills its kernel. This one ends the cell instead, starts a
fresh kernel, runs the cells before it again without those that made trouble, and goes on.
"""

import math
import time
from pathlib import Path

import psutil
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Float, Integer

from scalelab.course.exercises import is_answer, is_test
from scalelab.course.explain import explain, of_the_answer, of_the_cell
from scalelab.course.kernel import Kernel, Limits, Ran
from scalelab.course.outputs import error
from scalelab.course.testing import run_test


class RunCells(NbGraderPreprocessor):
    """Takes the place of nbgrader's Execute."""

    cell_seconds = Float(180, help="Seconds after which a cell is interrupted.").tag(config=True)
    grace_seconds = Float(5, help="Seconds more after which a cell that goes on is killed.").tag(config=True)
    notebook_seconds = Float(1200, help="Seconds for a whole notebook; tests left over get no points.").tag(config=True)
    memory_gb = Float(help="Memory of the kernel above which its cell is stopped, in GB.").tag(config=True)
    restarts = Integer(10, help="How often a notebook's kernel is started anew.").tag(config=True)

    def _memory_gb_default(self) -> float:
        return 0.75 * psutil.virtual_memory().total / 1e9

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Fill in the outputs of every code cell. Every test cell that could not be run ends in an error output."""
        with Kernel(Path(resources["metadata"]["path"] or ".").resolve()) as kernel:
            _Notebook(nb.cells, kernel, self).run()
        return nb, resources


class _Notebook:
    def __init__(self, cells: list[NotebookNode], kernel: Kernel, limits: RunCells):
        self.cells, self.kernel, self.limits = cells, kernel, limits
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
            _no_warnings(cell)
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
                if cell.cell_type != "code" or is_test(cell) or index in self.troubles or not cell.source.strip():
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


def _no_warnings(cell: NotebookNode) -> None:
    """nbgrader takes whatever a test cell writes to stderr for a failure; a warning is none."""
    for output in cell.outputs:
        if output.output_type == "stream":
            output.name = "stdout"
