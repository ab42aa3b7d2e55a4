"""One set-up at a time in one folder: a lock that ends with its holders, whatever ends them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from scalelab.files.lock import take
from scalelab.install.show import Screen


@contextlib.contextmanager
def held(folder: Path, screen: Screen, who: str) -> Iterator[None]:
    """Hold the lock of a folder, waiting for it in words.

    The folder itself is locked: nothing is left behind, and nothing stale can remain after a SIGKILL. The
    commands that the screen runs hold it too, so that an orphan of a killed set-up keeps the next one out.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    screen.keep_open.append(descriptor)
    try:
        if not take(descriptor, wait=False):
            screen.say(f"Waiting: {who} (Ctrl-C to give up).")
            take(descriptor)
        yield
    finally:
        screen.keep_open.remove(descriptor)
        os.close(descriptor)
