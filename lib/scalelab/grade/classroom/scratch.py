"""What graders of one machine share, and what a killed one has left there."""

import functools
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scalelab.data.untrusted import clear
from scalelab.grade.classroom.lock import held


@functools.cache
def machine_folder() -> Path:
    """The same for all graders of this user on this machine, whatever class they grade."""
    folder = Path(tempfile.gettempdir()) / f"scalelab-grading-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


@contextmanager
def scratch() -> Iterator[None]:
    """All temporary files of this process go to a folder that is cleared at its end.

    Where the process is killed before, the next one clears it: a folder whose lock is free has no owner any more.
    """
    root, shared = machine_folder() / "temporary", tempfile.tempdir
    with ExitStack() as mine:
        with held(root / "lock"):
            _clear_ownerless(root)
            own = Path(tempfile.mkdtemp(dir=root))
            mine.enter_context(held(own.with_suffix(".lock")))
        mine.callback(clear, own)
        mine.callback(setattr, tempfile, "tempdir", shared)
        tempfile.tempdir = str(own)
        yield


def _clear_ownerless(root: Path) -> None:
    """To be called by who has the lock of the root, so that nobody else opens what is removed here."""
    for lock in root.glob("*.lock"):
        with held(lock, wait=False) as ownerless:
            if ownerless:
                clear(lock.with_suffix(""))
                lock.unlink()
