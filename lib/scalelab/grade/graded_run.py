"""One run of a submission and its verdict; and as many runs as the rubric asks for."""

from dataclasses import dataclass
from pathlib import Path

from scalelab.check import Report
from scalelab.grade.measure.evaluator_process import Measured
from scalelab.grade.measure.weights import BadCheckpointError
from scalelab.grade.plan import GradingPlan
from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.repeats import margin, run_again
from scalelab.grade.run.checkpoint_watch import Checkpoint
from scalelab.grade.run.conversion_check import check_conversion
from scalelab.grade.run.run import Evidence, run_submission
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.grade.verdict import Verdict, judge, measure_last_two
from scalelab.train.record import MOST_BYTES, RECORD_NAME

ENDED_EARLY = ("failed", "memory", "printed", "stopped")


@dataclass(frozen=True)
class Judgement:
    """The checkpoints that count, their accuracies, and the verdict."""

    checkpoints: list[Checkpoint]
    measured: list[Measured]
    verdict: Verdict

    @property
    def seconds(self) -> float | None:
        """When the last of them was complete; None where there are none."""
        return self.checkpoints[-1].seconds if self.checkpoints else None


@dataclass(frozen=True)
class GradedRun:
    """With which seed it ran, what it left and where, and what was found of it."""

    seed: int
    folder: Path
    evidence: Evidence
    judgement: Judgement
    conversion: Report | None = None


def run_all(plan: GradingPlan, listener: ProgressListener) -> list[GradedRun]:
    """As often as the rubric asks; the conversion is checked once."""
    runs: list[GradedRun] = []
    while not runs or run_again(margins(runs, plan), plan.rubric):
        runs.append(_run_once(plan, len(runs), listener))
    return runs


def margins(runs: list[GradedRun], plan: GradingPlan) -> list[float | None]:
    """How far each run is above its targets."""
    return [margin(run.judgement.measured, plan.targets) for run in runs]


def _run_once(plan: GradingPlan, number: int, listener: ProgressListener) -> GradedRun:
    folder, seed = plan.out / ("run" if number == 0 else f"run-{number + 1}"), plan.seed + number
    seconds = plan.budget.seconds
    listener.on(StepStarted(f"Running {plan.workers} ranks with a budget of {seconds:.0f} s, seed {seed}"))
    with SandboxedRun(folder, plan) as run:
        evidence = run_submission(run, seed, listener)
        listener.on(StepStarted("Measuring the last two checkpoints"))
        judgement = _judge(evidence, plan)
        names = (checkpoint.path.name for checkpoint in judgement.checkpoints)
        run.collect_outputs({RECORD_NAME: MOST_BYTES} | dict.fromkeys(names, plan.prepared.evaluator.most))
        conversion = None
        if plan.check_conversion and number == 0:
            listener.on(StepStarted("Checking the conversion"))
            conversion = check_conversion(run, seed)
    return GradedRun(seed, folder, evidence, judgement, conversion)


def _judge(evidence: Evidence, plan: GradingPlan) -> Judgement:
    try:
        judged, measured, cut_off = measure_last_two(evidence.checkpoints, plan.prepared.evaluator.measure)
    except BadCheckpointError as bad:
        return Judgement(evidence.checkpoints[-2:], [], Verdict(False, 0.0, str(bad)))
    passed_over = "; ".join(filter(None, (cut_off, evidence.passed_over)))
    verdict = judge(measured, plan.targets, passed_over)
    if evidence.outcome.ended in ENDED_EARLY and not verdict.passed:
        # The cause first: a learner whose job crashed is not helped by a count of checkpoints.
        verdict = Verdict(False, verdict.score, f"{evidence.outcome.reason} {verdict.reason}")
    return Judgement(judged, measured, verdict)
