"""Servers and workers as processes of their own: workers call what the servers hold.

Whatever happens to one, all are ended with whoever started them, and what went wrong is said in a sentence.
"""

import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cloudpickle
import msgspec
import psutil

from scalelab.errors import ScaleLabError
from scalelab.launch.command import python, rank_environment
from scalelab.launch.diagnose import explain
from scalelab.launch.guarded_command import GuardedCommand
from scalelab.launch.output import Line, Output
from scalelab.parallel.asynchronous.files import ADDRESS, RESULT, TASK, Served, Work
from scalelab.parallel.asynchronous.remote import Remote

MAIN = Path(__file__).with_name("process.py")


@dataclass(frozen=True)
class Limits:
    """Seconds until all workers have to be done, and for a server to be there."""

    seconds: float = 600
    startup_seconds: float = 60


class _Process:
    """One of them, under guard."""

    def __init__(self, title: str, folder: Path, task: Served | Work, stack: ExitStack):
        self.title, self.folder = title, folder
        folder.mkdir()
        (folder / TASK).write_bytes(cloudpickle.dumps(task))
        command = [python(), "-P", "-u", str(MAIN), str(folder)]
        self.command = stack.enter_context(GuardedCommand(command, rank_environment(os.environ, 0), folder))

    @property
    def number(self) -> int | None:
        """Its process number, None where it has not begun or has ended."""
        children = psutil.Process(self.command.process.pid).children() if self.command.exit_code is None else []
        return children[0].pid if children else None

    def found(self, name: str, end: float) -> bytes:
        """The content of a file that it leaves; raises ScaleLabError where it ends, or time does, before that."""
        while not (self.folder / name).exists():
            if not self.command.running(wait=0.02) and not (self.folder / name).exists():
                raise ScaleLabError(self.why())
            if time.monotonic() > end:
                raise ScaleLabError(f"{self.title} did not begin in time; is the machine very busy?")
        return (self.folder / name).read_bytes()

    def why(self) -> str:
        """Why it ended, in a sentence."""
        self.command.reader.join()
        output = Output()
        for line in self.command.new_lines():
            output.add(Line(0, "stderr", line.text))
        output.add(Line(None, "stderr", f"Process 0 exit with status code {self.command.exit_code}."))
        return explain(output, 1, TASK).replace("Rank 0", self.title)


class Group:
    """What runs: the objects in the servers, and the workers that call them.

    died: {worker: the sentence that says why}.
    """

    def __init__(self, servers: list[_Process], workers: list[_Process], remotes: list[Remote], policy: "Policy"):
        self.servers, self.policy = remotes, policy
        self.died: dict[int, str] = {}
        self._servers, self._workers = servers, workers
        self._running = dict(enumerate(workers))

    def look(self, wait: float = 0.0) -> bool:
        """Whether a worker still runs after at most so many seconds.

        Raises ScaleLabError with a sentence where a server has ended, or a worker failed that should not, or all of
        them, or the time is used up.
        """
        self.policy.watch([one.number for one in self._workers])
        for k, one in list(self._running.items()):
            if one.command.running(wait / len(self._workers)):
                continue
            del self._running[k]
            if not (one.folder / RESULT).exists():
                self.died[k] = one.why()
        if self.died and (not self.policy.survive or len(self.died) == len(self._workers)):
            raise ScaleLabError(self.died[min(self.died)])
        for server in self._servers:
            if server.command.exit_code is not None:
                raise ScaleLabError(f"{server.why()[:-1]}, before the workers had ended.")
        if time.monotonic() > self.policy.end:
            raise ScaleLabError(
                f"The time was used up while {len(self._running)} of {len(self._workers)} workers ran; give them more."
            )
        return bool(self._running)

    def wait(self) -> list[Any]:
        """Look until all workers have ended; what each gave back, None of one that died."""
        while self.look(wait=0.1):
            pass
        return [None if k in self.died else cloudpickle.loads((one.folder / RESULT).read_bytes())
                for k, one in enumerate(self._workers)]  # fmt: skip


@dataclass(frozen=True)
class Policy:
    """Whether the others go on where a worker dies; when time is up; who is told the workers' process numbers."""

    survive: bool
    end: float
    watch: Callable[[list[int | None]], None]


@contextmanager
def processes(
    serve: Sequence[Callable[[], object]],
    worker: Callable[[list[Remote], int], Any],
    workers: int,
    *,
    survive: bool = False,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    watch: Callable[[list[int | None]], None] = lambda numbers: None,
) -> Iterator[Group]:
    """Run `worker(servers, its number)` in so many processes; `servers` are the objects that each of `serve` makes in a
    process of its own. Leaving the `with` block ends all.

    Functions are carried over by value (cloudpickle), so they may be a notebook's. With `survive` the others go on if a
    worker dies. `watch` gets the workers' process numbers at each look, None where one is not there.

    Raises ScaleLabError with a sentence where a server does not begin; and see Group.look.
    """
    key, begun = secrets.token_bytes(32), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="scalelab-workers-") as name, ExitStack() as stack:
        servers = [_Process(f"Server {k}", Path(name, f"server-{k}"), Served(make, key), stack)
                   for k, make in enumerate(serve)]  # fmt: skip
        addresses = [msgspec.json.decode(server.found(ADDRESS, begun + limits.startup_seconds), type=tuple[str, int])
                     for server in servers]  # fmt: skip
        started = [_Process(f"Worker {k}", Path(name, f"worker-{k}"), Work(worker, addresses, key, k), stack)
                   for k in range(workers)]  # fmt: skip
        remotes = [Remote(address, key) for address in addresses]
        yield Group(servers, started, remotes, Policy(survive, begun + limits.seconds, watch))
