"""A device that only pretends, with a clock of its own: it shows whether a script times its steps rightly."""

from collections.abc import Sized


class FakeDevice:
    """Works on after `step` has come back, as a GPU does, until `wait`; its first steps take longer.

    Nothing here takes real time: `clock()` gives the device's own seconds.
    """

    def __init__(self, images_per_second: float, slow_steps: int = 2, slow_seconds: float = 5.0):
        self.seconds_per_image = 1 / images_per_second
        self.slow_steps, self.slow_seconds = slow_steps, slow_seconds
        self.now = self.busy_until = 0.0
        self.steps = self.clock_reads = 0

    def step(self, batch: Sized) -> None:
        """Hand in a step of len(batch) images; it takes the device its time, Python a microsecond."""
        self.now += 1e-6
        slow = self.slow_seconds if self.steps < self.slow_steps else 0.0
        self.busy_until = max(self.now, self.busy_until) + slow + len(batch) * self.seconds_per_image
        self.steps += 1

    def wait(self) -> None:
        """Come back when all steps are done."""
        self.now = max(self.now, self.busy_until)

    def clock(self) -> float:
        """Seconds since the device was made."""
        self.clock_reads += 1
        return self.now
