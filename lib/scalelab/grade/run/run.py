"""Runs a submission as K ranks under the budget, and gathers the evidence."""

from dataclasses import dataclass, field, replace

from scalelab.grade.progress import ProgressListener, RanksRunning
from scalelab.grade.run.activity import Activity
from scalelab.grade.run.checkpoint_watch import Checkpoint, CheckpointWatch
from scalelab.grade.run.clock.fair_clock import Clock, clock_for
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.launch.launch import Outcome, Progress, launch


@dataclass(frozen=True)
class Evidence:
    """How the run ended, the last checkpoints it left in time, earliest first, and in words those that do not count.

    `clock` is what its seconds were counted by; `time_went` what those before the first report went into, in words.
    """

    outcome: Outcome
    clock: Clock
    checkpoints: list[Checkpoint] = field(default_factory=list)
    passed_over: str = ""
    time_went: str = ""


def run_submission(run: SandboxedRun, seed: int, listener: ProgressListener) -> Evidence:
    """Start the ranks, watch their checkpoints appear, and end all at the budget."""
    plan = run.plan
    probe_seconds = plan.budget.probe_seconds if plan.device == "cpu" else None
    with clock_for(plan.rubric.model, plan.workers, probe_seconds) as clock:
        return _run_by(clock, run, seed, listener)


def _run_by(clock: Clock, run: SandboxedRun, seed: int, listener: ProgressListener) -> Evidence:
    checkpoints = CheckpointWatch(run.out, run.plan.prepared.evaluator.most)
    caps, seconds = run.watching(run.out), run.plan.budget.seconds
    activity = Activity(run.script)

    def watch(now: Progress) -> None:
        checkpoints.look(clock.look(now.seconds), clock.at_most)
        activity.look(now.seconds, reported=bool(now.rows))
        listener.on(RanksRunning(clock.at_least, seconds, now.rows, activity.now))
        caps(now)

    outcome = launch(
        run.script,
        ["--data", str(run.data), "--out", str(run.out)],
        run.plan.workers,
        folder=run.home,
        record=run.out,
        limits=replace(run.limits(seconds), clock=clock.look),
        environment=run.environment(seed),
        wrap_command=run.wrapping(run.out),
        watch=watch,
    )
    last, passed_over = checkpoints.last(seconds), checkpoints.passed_over(seconds)
    return Evidence(outcome, clock, last, passed_over, activity.describe())
