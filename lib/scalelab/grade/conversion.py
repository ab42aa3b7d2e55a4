"""How a submission behaves as a distributed program: told to the learner, worth no points."""

import tempfile

from scalelab.errors import ScaleLabError
from scalelab.grade.order import Order
from scalelab.grade.sandbox import Room
from scalelab.parallel.check import Report, check
from scalelab.parallel.launch import Limits

SECONDS, STALL_SECONDS = 60.0, 20.0


def check_conversion(room: Room, order: Order, workers: int) -> Report | None:
    """The conversion check of the submission in its room; None for one worker, or where it could not be run."""
    if workers < 2:
        return None
    limits = Limits(seconds=SECONDS, stall_seconds=STALL_SECONDS, memory_gb=order.rubric.memory_gb)
    with tempfile.TemporaryDirectory(dir=room.home, prefix="check-") as out:
        arguments = ["--data", str(room.data), "--out", out]
        environment = room.environment(order.device, order.seed)
        try:
            return check(
                room.script, arguments, workers, folder=out, limits=limits, environment=environment,
                enclose=room.enclose,
            )  # fmt: skip
        except ScaleLabError:
            return None
