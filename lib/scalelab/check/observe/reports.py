"""Follows what a script reports through a run record, on every rank: those that do not write are asked as well."""

import sys
from collections.abc import Callable
from typing import Any

from scalelab.check.events import Report
from scalelab.check.observe.hook import around
from scalelab.check.observe.observer import Rank
from scalelab.train.record import Row, RunRecord


def watch_reports(watcher: Callable[[dict[str, float]], None]) -> None:
    """Call `watcher(values)` with the numbers of each row that is reported."""

    def observed(original: Callable[..., Row], record: RunRecord, **values: Any) -> Row:
        watcher({name: float(value) for name, value in values.items() if isinstance(value, int | float)})
        return original(record, **values)

    around(RunRecord, "write", observed)


def install(rank: Rank) -> None:
    """Tell of each report, and from where it was made."""
    watch_reports(lambda values: rank.tell(Report(rank.step, rank.where(sys._getframe(1)), values)))
