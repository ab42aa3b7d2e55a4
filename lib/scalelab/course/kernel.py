"""A notebook's kernel that a cell can neither hold up nor take the grader down with."""

import contextlib
import os
import shutil
import signal
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty

import psutil
from jupyter_client import KernelManager
from nbformat import NotebookNode

from scalelab.course.outputs import MOST_BYTES, Outputs

STARTUP_SECONDS = 120
_LOOK_SECONDS = 0.1
_CALM_SECONDS = 0.2  # that a dead kernel's last messages get to arrive


@dataclass(frozen=True)
class Limits:
    """Of one cell: seconds until it is interrupted, seconds more until its kernel is killed, memory of the kernel."""

    seconds: float
    grace_seconds: float
    memory_gb: float


@dataclass
class Ran:
    """How a cell went. `trouble` says in words why it was ended, or how it ended the kernel; None: it came to its end.

    `values` are the texts of the expressions that were asked for along with it.
    """

    outputs: list[NotebookNode]
    trouble: str | None = None
    failed: bool = False
    values: dict[str, str] = field(default_factory=dict)


class Kernel:
    """One Python kernel in `folder`, started anew as often as is needed; a context manager that leaves none behind.

    All its own files (connection, IPython's profile, matplotlib's cache) lie in a temporary folder.
    """

    def __init__(self, folder: Path):
        self.folder = folder
        self.alive = False
        self.displays: dict[str, list[NotebookNode]] = {}

    def __enter__(self):
        self.home = Path(tempfile.mkdtemp(prefix="kernel-"))
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def start(self) -> None:
        """A fresh kernel in place of the one there is, if any. Raises RuntimeError where none comes up."""
        self.stop()
        self.number = getattr(self, "number", 0) + 1
        place = str(self.home / str(self.number))
        self.manager = KernelManager(kernel_name="python3", transport="ipc", ip=place, connection_file=f"{place}.json")
        homes = {name: str(self.home / name) for name in ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR")}
        self.manager.start_kernel(
            cwd=str(self.folder),
            env=os.environ | homes,
            extra_arguments=["--HistoryManager.hist_file=:memory:"],
        )
        self.process = psutil.Process(self.manager.provisioner.pid)
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=STARTUP_SECONDS)
        self.alive = True

    def stop(self) -> None:
        """End the kernel and what it started."""
        if not hasattr(self, "manager"):
            return
        group = self.process.pid if hasattr(self, "process") else None
        if hasattr(self, "client"):
            self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        if group:
            _end_group(group)
        self.alive = False
        del self.manager

    def run(self, source: str, limits: Limits, silent: bool = False, ask: dict[str, str] | None = None) -> Ran:
        """Execute `source` and wait for its end, however it comes; `ask` are expressions to be evaluated with it."""
        how = {"silent": silent, "store_history": not silent, "allow_stdin": False, "stop_on_error": False}
        request = self.client.execute(source, user_expressions=ask, **how)
        return _Execution(self, request, limits).wait()


class _Execution:
    """The wait for one cell."""

    def __init__(self, kernel: Kernel, request: str, limits: Limits):
        self.kernel, self.request, self.limits = kernel, request, limits
        self.outputs = Outputs(kernel.displays)
        self.start = time.monotonic()
        self.reply: dict | None = None
        self.idle = False
        self.trouble: str | None = None
        self.must_end: float | None = None

    def wait(self) -> Ran:
        look = self.start
        while not (self.reply and self.idle):
            self._listen()
            if time.monotonic() >= look:
                look = time.monotonic() + _LOOK_SECONDS
                if not self._look():
                    break
        return self._ran()

    def _listen(self) -> None:
        try:
            message = self.kernel.client.iopub_channel.get_msg(timeout=_LOOK_SECONDS / 2)
            if message["parent_header"].get("msg_id") == self.request:
                self.idle |= message["content"].get("execution_state") == "idle"
                self.outputs.take(message)
        except Empty:
            pass
        while self.reply is None and self.kernel.client.shell_channel.msg_ready():
            message = self.kernel.client.shell_channel.get_msg(timeout=0)
            if message["parent_header"].get("msg_id") == self.request:
                self.reply = message["content"]
                self.must_end = self.must_end or time.monotonic() + self.limits.grace_seconds

    def _look(self) -> bool:
        """Whether to go on waiting."""
        now = time.monotonic()
        if not self.kernel.manager.is_alive():
            self._died()
            return False
        if self.must_end and now > self.must_end:
            self.kernel.alive = False if self.reply is None else self.kernel.alive
            return False
        if self.must_end is None:
            self.trouble = self._breach(now)
            if self.trouble:
                self.kernel.manager.interrupt_kernel()
                self.must_end = now + self.limits.grace_seconds
            elif _memory_gb(self.kernel.process) > self.limits.memory_gb:  # it stays used after an interrupt
                self.trouble = f"was stopped when it used more than {self.limits.memory_gb:.1f} GB of memory"
                self.kernel.alive = False
                return False
        return True

    def _breach(self, now: float) -> str | None:
        if now - self.start > self.limits.seconds:
            return f"was stopped after {self.limits.seconds:g} s"
        if self.outputs.arrived > MOST_BYTES:
            return f"was stopped after it had printed {MOST_BYTES // 1_000_000} MB"
        return None

    def _died(self) -> None:
        """Take what is left of its outputs, and say how it ended."""
        until = time.monotonic() + _CALM_SECONDS
        while time.monotonic() < until:
            self._listen()
        if self.trouble is None:
            self.trouble = f"ended the kernel ({_how(self.kernel.manager.provisioner.process.poll())})"
        self.kernel.alive = False

    def _ran(self) -> Ran:
        reply = self.reply or {}
        if any(payload.get("source") == "ask_exit" for payload in reply.get("payload") or ()):
            self.trouble, self.kernel.alive = "ended the kernel (by `exit` or `quit`)", False
        values = {
            name: answer["data"].get("text/plain", "")
            for name, answer in (reply.get("user_expressions") or {}).items()
            if answer.get("status") == "ok"
        }
        return Ran(self.outputs.finished(), self.trouble, reply.get("status") == "error", values)


def _memory_gb(process: psutil.Process) -> float:
    try:
        return process.memory_info().rss / 1e9
    except psutil.Error:
        return 0.0


def _how(code: int | None) -> str:
    if code is None:
        return "it does not answer"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _end_group(group: int) -> None:
    with contextlib.suppress(OSError):  # nobody is left in it
        os.killpg(group, signal.SIGKILL)
