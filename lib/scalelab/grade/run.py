"""Run a submission as K ranks under the budget and gather the evidence."""

from collections.abc import Callable
from dataclasses import dataclass

from scalelab.grade.calibrate import worker_speed
from scalelab.grade.checkpoints import Checkpoint, CheckpointWatch
from scalelab.grade.conversion import check_conversion
from scalelab.grade.handout import Handout
from scalelab.grade.order import Audience, Order
from scalelab.grade.sandbox import Room
from scalelab.parallel.check import Report
from scalelab.parallel.launch import Limits, Outcome, Progress, launch


@dataclass(frozen=True)
class Terms:
    """The ranks and the seconds a submission gets; the speed they were made from, where it was measured."""

    workers: int
    budget_seconds: float
    worker_images_per_second: float | None = None


@dataclass(frozen=True)
class Evidence:
    """How the run ended, the last two checkpoints it left in time (earlier first), what the conversion check says."""

    outcome: Outcome
    checkpoints: list[Checkpoint]
    conversion: Report | None


def set_terms(order: Order, say: Callable[[str], None]) -> Terms:
    """The budget in seconds: as given, or so many epochs as one worker of this machine needs so many seconds for.

    So one rubric is equally hard on a laptop and on a GPU node.
    """
    rubric = order.rubric
    workers = order.workers or rubric.workers
    if order.budget_seconds is not None:
        return Terms(workers, order.budget_seconds)
    say("Measuring how fast one worker of this machine is")
    speed = worker_speed(rubric.model, order.device)
    return Terms(workers, rubric.budget_epochs * rubric.train_images / speed, speed)


def run_submission(source: bytes, order: Order, handout: Handout, terms: Terms, audience: Audience) -> Evidence:
    """Start the ranks, watch their checkpoints appear, end them at the budget; then check the conversion."""
    room = Room(order.out / "run")
    room.furnish(source, handout)
    checkpoints = CheckpointWatch(room.out)

    def watch(now: Progress) -> None:
        checkpoints.look(now.seconds)
        audience.progress(now, terms.budget_seconds)

    with room:
        outcome = launch(
            room.script,
            ["--data", str(room.data), "--out", str(room.out)],
            terms.workers,
            folder=room.home,
            record=room.out,
            limits=Limits(seconds=terms.budget_seconds, memory_gb=order.rubric.memory_gb),
            environment=room.environment(order.device, order.seed),
            enclose=room.enclose,
            watch=watch,
        )
        in_time = checkpoints.last_two(terms.budget_seconds)
        if order.check_conversion:
            audience.say("Checking the conversion")
        conversion = check_conversion(room, order, terms.workers) if order.check_conversion else None
    return Evidence(outcome, in_time, conversion)
