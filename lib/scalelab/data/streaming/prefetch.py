"""Get the next batches ready while the present one is trained on."""

import atexit
import threading
import time
import weakref
from collections import deque
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

from scalelab.errors import ScaleLabError

T = TypeVar("T")
PATIENCE = 5.0  # seconds that `close` waits for an item in the making


_at_work: "weakref.WeakKeyDictionary[threading.Thread, _Shelf]" = weakref.WeakKeyDictionary()


@atexit.register
def _end_all() -> None:
    """A thread that is within torch when Python shuts down would abort the process."""
    working = list(_at_work.items())
    for _, shelf in working:
        shelf.close()
    for thread, _ in working:
        thread.join(PATIENCE)


class Prefetcher(Generic[T]):
    """The items of `source` in their order, made ahead by one thread; at most `depth` wait to be taken.

    An exception in `source` is raised where its item would have come. The thread ends after the last item, on
    `close`, at the end of a `with` block or of Python, on Ctrl-C while waiting, and when nobody holds the prefetcher.
    It overlaps what waits for a disk or runs outside Python's lock (reading, numpy, torch); pure Python it does not.

    `waited`: seconds that the taker has spent waiting so far. Near 0 the input keeps up; otherwise it starves the step.
    Raises ScaleLabError for a depth below 1.
    """

    def __init__(self, source: Iterable[T], depth: int = 2):
        if depth < 1:
            raise ScaleLabError(f"Expected a depth of 1 item or more but got {depth}; raise it.")
        self.waited = 0.0
        self._shelf: _Shelf[T] = _Shelf(depth)
        # The thread knows the shelf only: a prefetcher that is forgotten can go, and closes the shelf.
        self._thread = threading.Thread(target=_fill, args=(source, self._shelf), name="prefetch", daemon=True)
        self._forgotten = weakref.finalize(self, self._shelf.close)
        self._thread.start()
        _at_work[self._thread] = self._shelf

    def __iter__(self) -> Iterator[T]:
        return self

    def __next__(self) -> T:
        start = time.perf_counter()
        try:
            item = self._shelf.take()
        except BaseException:
            self.close()
            raise
        finally:
            self.waited += time.perf_counter() - start
        return item

    def __enter__(self) -> "Prefetcher[T]":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the thread and drop what it made ahead; any number of times.

        An item in the making cannot be stopped: it is waited for PATIENCE seconds, after which the thread, a daemon,
        is left to end by itself.
        """
        self._shelf.close()
        self._thread.join(PATIENCE)


class _Shelf(Generic[T]):
    """Up to `depth` items between two threads; closed, it takes none and has none."""

    def __init__(self, depth: int):
        self.depth, self.closed = depth, False
        self.items: deque[T] = deque()
        self.error: BaseException | None = None
        self.finished = False
        self.changed = threading.Condition()

    def put(self, item: T) -> bool:
        """Wait for a free place; False where the shelf was closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.closed or len(self.items) < self.depth)
            if not self.closed:
                self.items.append(item)
                self.changed.notify_all()
            return not self.closed

    def finish(self, error: BaseException | None) -> None:
        """No item follows those on the shelf, only this error, if any."""
        with self.changed:
            self.error, self.finished = error, True
            self.changed.notify_all()

    def take(self) -> T:
        """Wait for an item. Raises the source's error once, after it and on a closed shelf StopIteration."""
        with self.changed:
            self.changed.wait_for(lambda: self.items or self.finished or self.closed)
            if self.items:
                item = self.items.popleft()
                self.changed.notify_all()
                return item
            error, self.error = self.error, None
        raise error or StopIteration

    def close(self) -> None:
        with self.changed:
            self.closed, self.error = True, None
            self.items.clear()
            self.changed.notify_all()


def _fill(source: Iterable[T], shelf: _Shelf[T]) -> None:
    error = None
    try:
        items = iter(source)
        try:
            while not shelf.closed and shelf.put(next(items)):
                pass
        finally:
            getattr(items, "close", lambda: None)()  # a generator closes its files here, in its own thread
    except StopIteration:
        pass
    except BaseException as caught:  # also a SystemExit: it is the taker who must hear of it
        error = caught
    shelf.finish(error)
