"""Tells what the script reports through a run record, on every rank: those that do not write are asked as well."""

import sys
from typing import Any

from scalelab.check.events import Report
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import Rank
from scalelab.train.record import Row, RunRecord


def install(rank: Rank) -> None:
    """Hook RunRecord.write."""
    write = RunRecord.write

    def observed(record: RunRecord, **values: Any) -> Row:
        numbers = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
        rank.tell(Report(rank.step, rank.where(sys._getframe(1)), numbers))
        return write(record, **values)

    hook(RunRecord, "write", observed)
