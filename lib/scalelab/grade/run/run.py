"""Run a submission as K ranks under the budget, and gather the evidence."""

from dataclasses import dataclass, field

from scalelab.grade.request import Audience
from scalelab.grade.run.budget import Terms
from scalelab.grade.run.checkpoint_watch import Checkpoint, CheckpointWatch
from scalelab.grade.run.sandboxed_run import Room
from scalelab.launch.launch import Outcome, Progress, launch


@dataclass(frozen=True)
class Evidence:
    """How the run ended, the last checkpoints it left in time, earliest first, and in words those that do not count."""

    outcome: Outcome
    checkpoints: list[Checkpoint] = field(default_factory=list)
    passed_over: str = ""


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
