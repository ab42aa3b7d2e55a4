"""One run of a submission in its sandbox: decides what it can touch."""

import os
import sys
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from scalelab.files.untrusted import clear, make_private
from scalelab.grade.plan import GradingPlan
from scalelab.grade.run.class_numbers import ClassNumbers, draw_class_numbers
from scalelab.launch.launch import EndJobError, Limits, Progress
from scalelab.sandbox import Group, SandboxSpec, in_memory, make_group, on_disk, over_cap, wrap_command

PASSED_ON = ("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES")
SCRIPT_NAME = "assessment.py"


class SandboxedRun:
    """The folders of one run: `data` to read, `out` to write, `home` to start in; and the sandbox around them.

    As a context it lays them, holds the caps on all processes that run in it, and clears the data away at the end.
    """

    def __init__(self, home: Path, plan: GradingPlan):
        self.home, self.plan, self.caps = home.resolve(), plan, plan.rubric.caps
        self.script, self.data, self.out = self.home / SCRIPT_NAME, self.home / "data", self.home / "out"
        self.group: Group | None = None

    @cached_property
    def numbers(self) -> ClassNumbers:
        """Those of the classes in this run, drawn when they are first asked for."""
        return draw_class_numbers(len(self.plan.prepared.handout.classes))

    def prepare(self) -> None:
        """Put the script and the training part of the data in, to be read by whoever will run it.

        Other users of the machine cannot enter: what the submission leaves would be theirs to read, or to run.
        """
        self.home.mkdir(mode=0o700, parents=True)
        self.out.mkdir(mode=0o700)
        self.script.write_bytes(self.plan.source)
        self.plan.prepared.handout.write(self.data, self.numbers)
        self.data.chmod(0o755)
        for path in (self.script, *self.data.iterdir()):
            path.chmod(0o644)

    def __enter__(self) -> "SandboxedRun":
        self.prepare()
        self.group = None if self.plan.unsafe else make_group(self.caps)
        return self

    def __exit__(self, *_) -> None:
        clear(self.data)
        if self.group:
            self.group.__exit__()

    def environment(self, seed: int) -> dict[str, str]:
        """All that the submission learns from its environment: of the grader's own, where libraries and GPUs are."""
        variables = {
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "HOME": "/tmp",  # noqa: S108 - its own one
            "LANG": "C.UTF-8",
            "SCALELAB_SEED": str(seed),
        }
        variables |= {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return variables | {"CUDA_VISIBLE_DEVICES": ""} if self.plan.device == "cpu" else variables

    def limits(self, seconds: float, stall_seconds: float = 30) -> Limits:
        """Of a run in this room; the memory is looked at too, for where the kernel does not count it for us."""
        caps = self.caps
        return Limits(seconds, stall_seconds, memory_gb=caps.memory_gb, printed_mb=caps.printed_mb)

    def wrapping(self, write: Path) -> Callable[[list[str]], list[str]]:
        """What puts walls around a command that may write to that folder alone."""
        spec = SandboxSpec([self.script, self.data], [write], self.caps, self.plan.device == "gpu", self.group)
        return (lambda command: command) if self.plan.unsafe else (lambda command: wrap_command(spec, command))

    def watching(self, folder: Path) -> Callable[[Progress], None]:
        """What ends a run when it meets a cap: by what it has put into the folder, or by what the kernel says."""
        disk, memory = on_disk(folder, self.caps), in_memory(self.caps)

        def look(_: Progress) -> None:
            if over := over_cap(folder, self.caps):
                raise EndJobError(f"The ranks left more than {over} on the disk, and all were ended.")
            if disk.too_much():
                most = self.caps.disk_mb
                raise EndJobError(f"The ranks left more than {most:,} MB in deleted files, and all were ended.")
            if memory.too_much() or self._met("memory"):
                raise EndJobError(f"The ranks used more than {self.caps.memory_gb:g} GB of memory, and all were ended.")
            if self._met("pids"):
                most = self.caps.processes
                raise EndJobError(f"The ranks started more than {most} processes and threads, and all were ended.")

        return look

    def _met(self, kind: str) -> bool:
        return self.group is not None and self.group.met(kind)

    def collect_outputs(self, most_bytes: dict[str, int]) -> None:
        """Of what the submission wrote, keep the files of these names, cut to so many bytes, and clear the rest."""
        make_private(self.out)
        for path in self.out.iterdir():
            if path.name not in most_bytes or path.is_symlink() or not path.is_file():
                clear(path)
                continue
            path.chmod(0o600)
            if path.stat().st_size > most_bytes[path.name]:
                os.truncate(path, most_bytes[path.name])
