"""A kernel's process: how it is started, within the sandbox or without, watched, interrupted and ended."""

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
import zmq
from jupyter_client import BlockingKernelClient, KernelManager
from jupyter_client.provisioning import LocalProvisioner

from scalelab.files.cache import cache_folder
from scalelab.launch.command import process_defaults
from scalelab.sandbox import (
    Caps,
    DeletedFiles,
    Group,
    SandboxSpec,
    in_memory,
    make_group,
    on_disk,
    over_cap,
    wrap_command,
)
from scalelab.train.precision import VARIABLE

MOST_MESSAGE_BYTES = 100_000_000
# Not `-m ipykernel_launcher`: that would be looked for in the folder first, in which a submission lies.
_LAUNCH = "import sys; sys.path.remove(''); from ipykernel.kernelapp import launch_new_instance; launch_new_instance()"
_NO_HISTORY = "--HistoryManager.hist_file=:memory:"
_NO_PARENT = "--IPKernelApp.parent_handle=1"  # within walls it cannot see its parent, and ends with it all the same
_PASSED_ON = ("LANG", "TZ", "NBGRADER_EXECUTION", VARIABLE)
_PASSED_ON_FAMILIES = ("LC_", "OMP_", "GOMP_", "KMP_", "MKL_", "HOROVOD_", "OMPI_", "CUDA_", "NVIDIA_")
_NOT_PASSED_ON = ("OMP_PROC_BIND", "OMP_PLACES")  # within walls no thread can be bound: OpenMP would give up
_END_SECONDS = 5


class KernelProcess:
    """One kernel in `folder`, whose own files lie in `home`, those of this start under `name`.

    With `caps` it is within the sandbox: from outside, a chain of processes that begins at the one we start.
    """

    def __init__(self, folder: Path, home: Path, name: str, caps: Caps | None):
        self.folder, self.home, self.caps = folder, home, caps
        context = zmq.Context()
        context.setsockopt(zmq.MAXMSGSIZE, MOST_MESSAGE_BYTES)
        place = str(home / name)
        self.manager = _Manager(
            kernel_name="python3", transport="ipc", ip=place, connection_file=f"{place}.json", context=context
        )
        self.client: BlockingKernelClient | None = None
        self.group: Group | None = None
        self.disks: list[DeletedFiles] = []
        self.memory: DeletedFiles | None = None
        self.own: psutil.Process | None = None

    def start(self, seconds: float) -> BlockingKernelClient:
        """Raises RuntimeError where it does not answer within these seconds."""
        environment = process_defaults() | os.environ
        if self.caps:
            environment = self._wrap(self.caps, environment)
        self.manager.start_kernel(cwd=str(self.folder), env=environment | _homes(self.home))
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=seconds)
        self.own = self._find()
        return self.client

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self.manager.is_alive()

    @property
    def ended_how(self) -> str:
        """An exit code or the signal that ended it, in words."""
        process = self._provisioner.process
        code = process.poll() if process else None
        if code is None:
            return "it does not answer"
        if self.caps and code > 128:  # what encloses it says a signal so
            code = 128 - code
        if code >= 0:
            return f"exit code {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"

    def interrupt(self) -> None:
        """SIGINT to the kernel and to what it started, unless that has left its process group."""
        if self.own:
            with contextlib.suppress(OSError):  # it has just ended
                os.killpg(os.getpgid(self.own.pid), signal.SIGINT)

    def over_memory(self, most_gb: float) -> bool:
        """Whether all its processes together have more; or whether the control group, if any, has ended one for it."""
        if self.group and "memory" in self.group.folders:
            return self.group.met("memory")
        own = _memory_gb(self.own) if self.own else 0.0
        return own > most_gb or (self.memory is not None and self.memory.hidden())

    def over_disk(self) -> str | None:
        """The cap on what it has written that it is over, in words; None where it is within, or not enclosed."""
        if not self.caps:
            return None
        if over := over_cap(self.folder, self.caps) or over_cap(self.home, self.caps):
            return over
        for disk in self.disks:
            if disk.hidden():
                return f"{self.caps.disk_mb:,} MB in deleted files"
            if disk.nearly_full():
                return f"there is room for: {disk.left}"
        return None

    def end(self) -> None:
        """End it and all that it started."""
        if self.client:
            self.client.stop_channels()
        if self.manager.has_kernel:
            self.manager.shutdown_kernel(now=True)
        if self.own:
            if not self.caps:  # within walls, all have ended with the first
                with contextlib.suppress(OSError):  # nobody is left in it
                    os.killpg(self.own.pid, signal.SIGKILL)
            psutil.wait_procs([self.own], _END_SECONDS)
        if self.group:
            self.group.__exit__(None, None, None)
        self.manager.context.destroy(linger=0)

    def _wrap(self, caps: Caps, environment: Mapping[str, str]) -> dict[str, str]:
        """Put the command that the manager is about to start into a sandbox; gives what is left of the environment."""
        self.group, self.memory = make_group(caps), in_memory(caps)
        self.disks = [on_disk(folder, caps) for folder in (self.folder, self.home)]
        data, variables = _data(self.home)
        gpu = any(Path("/dev").glob("nvidia*"))
        spec = SandboxSpec(read=data, write=[self.home, self.folder], caps=caps, gpu=gpu, group=self.group)
        self.manager.wrap = lambda command: wrap_command(spec, [*command, _NO_PARENT])
        programs = {str(Path(sys.executable).parent): None, "/usr/bin": None, "/bin": None}
        kept = {name: value for name, value in environment.items() if _is_passed_on(name)}
        return kept | variables | {"PATH": ":".join(programs), "HOME": str(self.home), "TMPDIR": "/tmp"}  # noqa: S108

    @property
    def _provisioner(self) -> LocalProvisioner:
        """Who has started it: on this machine, as `ipc` asks."""
        assert isinstance(self.manager.provisioner, LocalProvisioner)
        return self.manager.provisioner

    def _find(self) -> psutil.Process:
        """The kernel itself; the sandbox has two processes around it, of which the inner one is the first in there."""
        process = psutil.Process(self._provisioner.pid)
        for _ in range(2 if self.caps else 0):
            process = process.children()[0]
        return process


class _Manager(KernelManager):
    """Starts the kernel with our own command, and with what `wrap` makes of it."""

    wrap = staticmethod(lambda command: command)

    def format_kernel_cmd(self, extra_arguments: list[str] | None = None) -> list[str]:
        """Called when the connection file is there, so that it can be handed over to the kernel's user."""
        command = [sys.executable, "-c", _LAUNCH, "-f", self.connection_file, _NO_HISTORY]
        return self.wrap(command + (extra_arguments or []))


def _homes(home: Path) -> dict[str, str]:
    names = ("IPYTHONDIR", "MPLCONFIGDIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_CONFIG_DIR")
    return {name: str(home / name) for name in names}


def _is_passed_on(name: str) -> bool:
    return name in _PASSED_ON or (name.startswith(_PASSED_ON_FAMILIES) and name not in _NOT_PASSED_ON)


def _data(home: Path) -> tuple[list[Path], dict[str, str]]:
    """Where data sets lie here, and the variable that names them; the cache is linked to where it is looked for.

    Also what is looked for by whatever draws figures, so that it does not complain.
    """
    found, variables = [cache_folder().resolve(), Path("/etc/fonts")], {}
    if named := os.environ.get("SCALELAB_DATA"):
        found.append(Path(named).resolve())
        variables["SCALELAB_DATA"] = str(found[-1])
    link = home / ".cache" / "scalelab"
    if not link.is_symlink():
        link.parent.mkdir()
        link.symlink_to(found[0])
    return [path for path in found if path.exists()], variables


def _memory_gb(process: psutil.Process) -> float:
    """Of the process and all below it; what they share is counted for each."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in (process, *process.children(recursive=True)):
            with contextlib.suppress(psutil.Error):
                total += one.memory_info().rss
    return total / 1e9
