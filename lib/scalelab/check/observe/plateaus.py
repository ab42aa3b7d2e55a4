"""Tells of the metrics by which a schedule decides when to cut the learning rate."""

import sys
from typing import Any

from torch.optim.lr_scheduler import ReduceLROnPlateau

from scalelab.check.events import Plateau
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import Rank

MOST_METRICS = 100  # of a rank: where they differ, the first ones do


def install(rank: Rank) -> None:
    """Watch ReduceLROnPlateau."""
    original = ReduceLROnPlateau.step
    left = iter(range(MOST_METRICS))

    def step(schedule: ReduceLROnPlateau, metrics: Any, *more: Any, **options: Any) -> None:
        if next(left, None) is not None:
            rank.tell(Plateau(rank.step, rank.where(sys._getframe(1)), float(metrics)))
        original(schedule, metrics, *more, **options)

    hook(ReduceLROnPlateau, "step", step)
