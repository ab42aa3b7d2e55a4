"""Which bubblewrap makes the sandbox here: each is tried, for containers and some kernels forbid what it needs."""

import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.launch.command import python
from scalelab.sandbox import programs
from scalelab.sandbox.programs import Program
from scalelab.sandbox.sandbox_spec import SandboxSpec, wrap_command_with

SECONDS = 20
INSTALL = "`make setup` brings one, or `apt install bubblewrap`"
ALLOW = (
    "allow user namespaces (`sysctl kernel.unprivileged_userns_clone=1`, on Ubuntu also "
    "`kernel.apparmor_restrict_unprivileged_userns=0`; for Docker `--security-opt seccomp=unconfined "
    "--security-opt systempaths=unconfined`)"
)
# NVIDIA's container runtime lays this mount; the kernel gives no namespace a /proc that would show what lies below it
# (github.com/NVIDIA/nvidia-container-toolkit/issues/168). No option of the container takes it away.
OVER_PROC = Path("/proc/driver/nvidia")
OUTSIDE = (
    "grade outside this container, or in one without GPUs: the NVIDIA container runtime's mount over "
    f"{OVER_PROC} prevents the sandbox's own /proc"
)


@dataclass(frozen=True)
class Refusal:
    """A bubblewrap that makes no sandbox here, and why."""

    program: Program
    why: str


@dataclass(frozen=True)
class Choice:
    """The first that makes one, None where none does; and those that were tried before it."""

    program: Program | None
    refused: tuple[Refusal, ...] = ()

    @property
    def why(self) -> str:
        """In words, why it is this one, or why there is none."""
        if not self.refused:
            return "it works" if self.program else "bubblewrap is not installed"
        if len({refusal.why for refusal in self.refused}) == 1:  # the kernel says the same to all
            names = " and ".join(refusal.program.name for refusal in self.refused)
            return f"{names} {'fails' if len(self.refused) == 1 else 'fail'}: {self.refused[0].why}"
        return "; ".join(f"{refusal.program.name} fails: {refusal.why}" for refusal in self.refused)


@cache
def choice() -> Choice:
    """Tries one bubblewrap after the other, once in the life of this process."""
    refused: list[Refusal] = []
    for program in programs.present():
        if (why := _try(program)) is None:
            return Choice(program, tuple(refused))
        refused.append(Refusal(program, why))
    return Choice(None, tuple(refused))


def _try(program: Program) -> str | None:
    """Why it makes no sandbox; None where it does."""
    command = wrap_command_with(program, SandboxSpec(), [python(), "-I", "-c", ""])
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return f"it did not start within {SECONDS} s"
    except OSError as error:  # a program that starts it, of the system's smallest, is not there
        return f"{error.strerror}: {command[0]}"
    if done.returncode == 0:
        return None
    said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return said[-1][-200:].removeprefix("bwrap: ")


def trouble() -> tuple[str, str] | None:
    """Why there is no sandbox, and what to do; None where there is one."""
    found = choice()
    return None if found.program else _trouble(found)


def _trouble(found: Choice) -> tuple[str, str]:
    if not found.refused:
        return found.why, INSTALL
    return found.why, OUTSIDE if OVER_PROC.is_mount() else ALLOW


def require() -> Program:
    """What makes the sandbox here; raises ScaleLabError where strangers' programs cannot be kept in."""
    if program := choice().program:
        return program
    why, remedy = _trouble(choice())
    raise ScaleLabError(
        f"A submission is a stranger's program, and there is no sandbox for it here: {why}. To mend it: {remedy}. "
        "If you have read the file and trust it, --unsafe-no-sandbox grades it all the same, and says so."
    )


def wrap_command(spec: SandboxSpec, command: list[str]) -> list[str]:
    """The command in the sandbox (`wrap_command_with`); raises ScaleLabError where nothing here makes them."""
    return wrap_command_with(require(), spec, command)
