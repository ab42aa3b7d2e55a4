"""A notebook's kernel that a cell can neither hold up nor take the grader down with."""

import shutil
import tempfile
from pathlib import Path

from nbformat import NotebookNode

from scalelab.course.kernel.cell_run import CellRun
from scalelab.course.kernel.limits import Limits, Ran
from scalelab.course.kernel.process import KernelProcess
from scalelab.sandbox import Caps

STARTUP_SECONDS = 120


class Kernel:
    """One Python kernel in `folder`, started anew as often as is needed; a context manager that leaves none behind.

    With `caps` it is enclosed in the sandbox, within which it can read the data sets and write to `folder` and to a
    folder for its own files (connection, IPython's profile, matplotlib's cache), and sees nothing else.
    """

    def __init__(self, folder: Path, caps: Caps | None = None):
        self.folder, self.caps = folder, caps
        self.process: KernelProcess | None = None
        self.alive = False
        self.displays: dict[str, list[NotebookNode]] = {}
        self.starts = 0

    def __enter__(self):
        self.home = Path(tempfile.mkdtemp(prefix="kernel-"))
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """A fresh kernel in place of the one there is, if any. Raises RuntimeError where none comes up."""
        self.stop()
        self.starts += 1
        self.process = KernelProcess(self.folder, self.home, str(self.starts), self.caps)
        self.client = self.process.start(STARTUP_SECONDS)
        self.alive = True

    def stop(self) -> None:
        """End the kernel and what it started."""
        self.alive = False
        if self.process:
            self.process.end()
            self.process = None

    def run(self, source: str, limits: Limits, silent: bool = False, ask: dict[str, str] | None = None) -> Ran:
        """Execute `source` and wait for its end, however it comes; `ask` are expressions to be evaluated with it."""
        how = {"silent": silent, "store_history": not silent, "allow_stdin": False, "stop_on_error": False}
        if self.process is None:
            raise RuntimeError("The kernel was not started.")
        request = self.client.execute(source, user_expressions=ask, **how)
        cell = CellRun(self.process, self.client, self.displays, request, limits)
        try:
            return cell.wait()
        finally:
            self.alive = self.alive and cell.kernel_alive
