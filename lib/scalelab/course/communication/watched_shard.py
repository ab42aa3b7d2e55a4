"""A shard of a parameter server on which an exercise's `add` is tried: others come in wherever they are let.

Whoever touches the weights or their version without the lock finds that another worker's gradient has come right
after: what a race does once a week on real machines happens here every time.
"""

from collections.abc import Sequence
from types import TracebackType

import numpy as np

from scalelab.course.exercises.expect import NotYet, require

OTHERS = -1000.0  # what each of the others adds to every weight
LOST = (
    "Another worker's gradient came while `add` was at work, and one of the two is lost. Hold `shard.lock` from before "
    "the first look at weights and version until both are written."
)


class WatchedShard:
    """`weights`, `version`, `lr` and `lock`, as an exercise has them."""

    def __init__(self, weights: Sequence[float], lr: float, version: int = 0):
        self._start = np.array(weights, dtype=float)
        self._weights, self._version = self._start.copy(), version
        self.lr, self.lock = lr, WatchedLock()
        self._others, self._begun = 0, version

    @property
    def weights(self) -> np.ndarray:
        """The weights, (n,)."""
        found = self._weights
        self._let_in_another()
        return found

    @weights.setter
    def weights(self, values: np.ndarray) -> None:
        """Put others in their place."""
        self._let_in_another()
        self._weights = values

    @property
    def version(self) -> int:
        """How many gradients have moved them."""
        found = self._version
        self._let_in_another()
        return found

    @version.setter
    def version(self, value: int) -> None:
        """Put another in its place."""
        self._let_in_another()
        self._version = value

    def moved(self) -> np.ndarray:
        """By how much the weights have moved, the others left out, (n,).

        Raises NotYet where the lock is held still, or somebody's gradient is lost.
        """
        require(not self.lock.held, "The lock is still held when `add` has ended, so nobody else can ever come in; "
                "`with shard.lock:` gives it back by itself.")  # fmt: skip
        require(isinstance(self._weights, np.ndarray), "`shard.weights` is no array any more.")
        moved = self._weights - self._start - self._others * OTHERS
        all_lost = np.abs(moved).max(initial=0) > -OTHERS / 2 or self._version - self._begun < self._others
        require(not (self._others and all_lost), LOST)
        return moved

    @property
    def versions(self) -> int:
        """By how much the version has risen, the others left out."""
        return self._version - self._begun - self._others

    def staleness(self, read_at: int) -> int:
        """Of a gradient that was taken at that version, when it came."""
        return self._begun + self._others - read_at

    def _let_in_another(self) -> None:
        if not self.lock.held:
            self._weights = self._weights + OTHERS
            self._version += 1
            self._others += 1


class WatchedLock:
    """A lock that says what a real one would do in silence: wait for ever."""

    def __init__(self) -> None:
        self.held = False

    def acquire(self) -> bool:
        """Take it."""
        if self.held:
            raise NotYet("`add` asks for the lock while it holds it already, and waits for itself for ever.")
        self.held = True
        return True

    def release(self) -> None:
        """Give it back."""
        if not self.held:
            raise NotYet("`add` gives back a lock that it does not hold.")
        self.held = False

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()
