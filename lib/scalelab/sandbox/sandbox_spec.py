"""A command with walls around it, by a given bubblewrap, started by root or by an ordinary user."""

import os
import shlex
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from scalelab.sandbox.bubblewrap import Bind, arguments, python
from scalelab.sandbox.caps import Caps
from scalelab.sandbox.control_groups import Group
from scalelab.sandbox.programs import Program
from scalelab.sandbox.seccomp import filter_file

NOBODY = 65534
# Folders that every Linux has and a run has no use for; root lays what is needed into one, in mounts of its own.
STAGES = ("/mnt", "/media", "/srv", "/opt", "/home")


@dataclass(frozen=True)
class SandboxSpec:
    """What a program can touch: these paths, to read or to write as well, this Python, and the system's programs.

    It sees the paths under their own names, and nothing else of the disk. `group` is to hold its processes, where the
    kernel lets us have one (`make_group`).
    """

    read: list[Path] = field(default_factory=list)
    write: list[Path] = field(default_factory=list)
    caps: Caps = Caps()
    gpu: bool = False
    group: Group | None = None

    @property
    def binds(self) -> list[Bind]:
        """In the order in which they are laid: a writable folder may lie within one to read."""
        return [
            *python(),
            *(Bind(path.resolve(), path.resolve()) for path in self.read),
            *(Bind(path.resolve(), path.resolve(), writable=True) for path in self.write),
        ]


def wrap_command_with(program: Program, spec: SandboxSpec, command: list[str]) -> list[str]:
    """The command within the walls. It starts in the folder in which it is started, with the environment it is given.

    Root starts it as an unprivileged user, who is given the writable paths; an ordinary user starts it as that user.
    """
    steps = list(spec.group.joining) if spec.group else []
    if os.geteuid() != 0:
        steps.append(f"exec {_bwrap(program.path, spec, spec.binds, command)}")
        return ["sh", "-ec", "\n".join(steps)]
    hand_over(spec.write)
    staged, mounts = _stage(spec.binds)
    drop = f"setpriv --reuid {NOBODY} --regid {NOBODY} --clear-groups --no-new-privs"
    steps += [*mounts, f"exec {drop} {_bwrap(_reachable(program, spec.binds, staged), spec, staged, command)}"]
    return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", "\n".join(steps)]


def hand_over(paths: Iterable[Path]) -> None:
    """Give all that lies there to the user whom root starts programs as; links are not followed."""
    for path in paths:
        os.lchown(path, NOBODY, NOBODY)
        for inside in path.rglob("*"):
            os.lchown(inside, NOBODY, NOBODY)


def _bwrap(bwrap: Path, spec: SandboxSpec, binds: list[Bind], command: list[str]) -> str:
    caps = spec.caps
    limits = [f"--nproc={caps.processes}", f"--nofile={caps.open_files}", f"--fsize={caps.file_mb * 1_000_000}"]
    # The limit on processes counts those in the sandbox only if it is set inside.
    inside = ["prlimit", "--core=0", *limits, *command]
    words = [*arguments(binds, caps.tmp_mb, spec.gpu), "--", *inside]
    if (file := filter_file()) is None:
        return shlex.join([str(bwrap), *words])
    # The shell opens it by its place in /proc: what starts the shell passes no open file on.
    return f"{shlex.join([str(bwrap), '--seccomp', '9', *words])} 9< /proc/{os.getpid()}/fd/{file}"


def _stage(binds: list[Bind]) -> tuple[list[Bind], list[str]]:
    """The binds with sources that the unprivileged user can reach, and the commands of root that bring them there.

    A file in root's home, say this Python, is closed to that user, who may read the file itself.
    """
    stage = next(Path(name) for name in STAGES if Path(name).is_dir() and not _touches(Path(name), binds))
    staged, steps = [], [f"mount -t tmpfs -o mode=755,size=1m scalelab {stage}"]
    for number, bind in enumerate(binds):
        place = stage / str(number)
        steps.append(f"{'mkdir' if bind.source.is_dir() else 'touch'} {place}")
        steps.append(f"mount --rbind {shlex.quote(str(bind.source))} {place}")
        staged.append(replace(bind, source=place))
    return staged, steps


def _reachable(program: Program, binds: list[Bind], staged: list[Bind]) -> Path:
    """Where the unprivileged user can start it. The packaged one lies beside this Python's libraries, with its own.

    The system's stays where it is: by that place AppArmor knows it.
    """
    if not program.packaged:
        return program.path
    homes = ((bind.source, moved.source) for bind, moved in zip(binds, staged, strict=True))
    within = (moved / program.path.relative_to(home) for home, moved in homes if program.path.is_relative_to(home))
    return next(within, program.path)


def _touches(place: Path, binds: list[Bind]) -> bool:
    return any(bind.source.is_relative_to(place) or place.is_relative_to(bind.source) for bind in binds)
