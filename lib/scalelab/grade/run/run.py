"""Runs a submission as K ranks under the budget, and gathers the evidence."""

from dataclasses import dataclass, field

from scalelab.grade.progress import ProgressListener, RanksRunning
from scalelab.grade.run.checkpoint_watch import Checkpoint, CheckpointWatch
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.launch.launch import Outcome, Progress, launch


@dataclass(frozen=True)
class Evidence:
    """How the run ended, the last checkpoints it left in time, earliest first, and in words those that do not count."""

    outcome: Outcome
    checkpoints: list[Checkpoint] = field(default_factory=list)
    passed_over: str = ""


def run_submission(run: SandboxedRun, seed: int, listener: ProgressListener) -> Evidence:
    """Start the ranks, watch their checkpoints appear, and end all at the budget."""
    checkpoints = CheckpointWatch(run.out, run.plan.prepared.evaluator.most)
    caps, seconds = run.watching(run.out), run.plan.budget.seconds

    def watch(now: Progress) -> None:
        checkpoints.look(now.seconds)
        listener.on(RanksRunning(now.seconds, seconds, now.rows))
        caps(now)

    outcome = launch(
        run.script,
        ["--data", str(run.data), "--out", str(run.out)],
        run.plan.workers,
        folder=run.home,
        record=run.out,
        limits=run.limits(seconds),
        environment=run.environment(seed),
        wrap_command=run.wrapping(run.out),
        watch=watch,
    )
    return Evidence(outcome, checkpoints.last(seconds), checkpoints.passed_over(seconds))
