"""Look from a second thread at where this one stands."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS_BETWEEN_LOOKS = 1.0


@contextmanager
def looking_on(look: Callable[[FrameType | None], None]) -> Iterator[None]:
    """Call `look` with this thread's innermost frame once a second, until the block ends.

    The frame is let go after each look, since it holds all that its function has, tensors too. And the thread ends
    with the block: where it let go of a tensor while Python shuts down, it would be ended in the midst of C++ code that
    may not be left so, and the process would abort ("terminate called without an active exception").
    """
    ident, ended = threading.get_ident(), threading.Event()

    def run() -> None:
        while not ended.wait(SECONDS_BETWEEN_LOOKS):
            look(sys._current_frames().get(ident))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
