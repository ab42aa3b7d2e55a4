"""Files that a stranger's program has left, or is changing now: opened and cleared without following it anywhere."""

import os
import stat
import subprocess
from pathlib import Path
from typing import BinaryIO


def open_plain(path: Path | str) -> BinaryIO:
    """Open a regular file to read.

    A link is not followed, and a pipe or device not waited for: those raise OSError, as a file that is not there does.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(f"{path} is not a regular file")
    return os.fdopen(handle, "rb")


def clear(path: Path) -> None:
    """Remove it, and all that lies below, however deep or odd; what cannot be removed stays."""
    # Python's own rmtree gives up at folders a thousand deep.
    subprocess.run(["rm", "-rf", "--", str(path)], stderr=subprocess.DEVNULL, check=False)
