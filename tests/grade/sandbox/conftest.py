"""Programs within walls, started by root and by an ordinary user."""

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def python_by(started_by):
    """Runs Python source as that user, with folders that all may enter as its arguments."""

    def run(source: str, *arguments, **options) -> subprocess.CompletedProcess:
        command = started_by([sys.executable, "-c", source, *map(str, arguments)])
        return subprocess.run(command, capture_output=True, text=True, timeout=60, **options)

    return run
