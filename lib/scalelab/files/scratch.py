"""What graders of one machine share, and what a killed one has left there."""

import functools
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.files.lock import held
from scalelab.files.untrusted import clear


@functools.cache
def machine_folder() -> Path:
    """The same for all graders of this user on this machine, whatever class they grade.

    Raises ScaleLabError if it is not private to this user: anybody can make a folder of that name, and what graders
    put here is not for others to see.
    """
    folder = Path(tempfile.gettempdir()) / f"scalelab-grading-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise ScaleLabError(f"{folder} is not this user's alone; remove it, or set TMPDIR to another folder.")
    return folder


@contextmanager
def own_folder(prefix: str = "") -> Iterator[Path]:
    """A folder for temporary files that is cleared at the end of the block.

    Where the process is killed before, the next one clears it: a folder whose lock is free has no owner any more.
    """
    root = machine_folder() / "temporary"
    with ExitStack() as mine:
        with held(root / "lock"):
            _clear_ownerless(root)
            own = Path(tempfile.mkdtemp(prefix=prefix, dir=root))
            mine.enter_context(held(own.with_suffix(".lock")))
        mine.callback(clear, own)
        yield own


@contextmanager
def scratch() -> Iterator[None]:
    """All temporary files of this process go to such a folder."""
    with own_folder() as own:
        shared, tempfile.tempdir = tempfile.tempdir, str(own)
        try:
            yield
        finally:
            tempfile.tempdir = shared


def _clear_ownerless(root: Path) -> None:
    """To be called by who has the lock of the root, so that nobody else opens what is removed here."""
    for lock in root.glob("*.lock"):
        with held(lock, wait=False) as ownerless:
            if ownerless:
                clear(lock.with_suffix(""))
                lock.unlink()
