"""How long the rest of a class will take."""

import math
import time


class TimeLeft:
    """An estimate of the seconds left: at first from the budget, then from what has ended so far."""

    def __init__(self, submissions: int, at_once: int, budget_seconds: float):
        self.left, self.at_once, self.budget_seconds = submissions, at_once, budget_seconds
        self.begun, self.ended = time.monotonic(), 0

    def one_more(self) -> None:
        """A submission has ended."""
        self.left, self.ended = self.left - 1, self.ended + 1

    def seconds_left(self) -> float:
        """The estimate now."""
        if not self.ended:
            return math.ceil(self.left / self.at_once) * self.budget_seconds
        return self.left * (time.monotonic() - self.begun) / self.ended
