"""Run a submission as K ranks under the budget, and gather the evidence."""

from collections.abc import Callable
from dataclasses import dataclass, field

from scalelab.grade.calibrate import worker_speed
from scalelab.grade.checkpoints import Checkpoint, CheckpointWatch
from scalelab.grade.order import Audience, Order
from scalelab.grade.room import Room
from scalelab.launch.launch import Outcome, Progress, launch


@dataclass(frozen=True)
class Terms:
    """The ranks and the seconds a submission gets; the speed they were made from, where it was measured."""

    workers: int
    budget_seconds: float
    worker_images_per_second: float | None = None


@dataclass(frozen=True)
class Evidence:
    """How the run ended, the last checkpoints it left in time, earliest first, and in words those that do not count."""

    outcome: Outcome
    checkpoints: list[Checkpoint] = field(default_factory=list)
    passed_over: str = ""


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


def run_submission(room: Room, terms: Terms, seed: int, audience: Audience) -> Evidence:
    """Start the ranks in the room, watch their checkpoints appear, and end all at the budget."""
    checkpoints, caps = CheckpointWatch(room.out), room.watching(room.out)

    def watch(now: Progress) -> None:
        checkpoints.look(now.seconds)
        audience.progress(now, terms.budget_seconds)
        caps(now)

    outcome = launch(
        room.script,
        ["--data", str(room.data), "--out", str(room.out)],
        terms.workers,
        folder=room.home,
        record=room.out,
        limits=room.limits(terms.budget_seconds),
        environment=room.environment(seed),
        enclose=room.enclosing(room.out),
        watch=watch,
    )
    in_time = checkpoints.last(terms.budget_seconds)
    return Evidence(outcome, in_time, checkpoints.passed_over(terms.budget_seconds))
