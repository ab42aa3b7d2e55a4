"""One run of a submission, and its verdict."""

from dataclasses import dataclass
from pathlib import Path

from scalelab.check import Report
from scalelab.grade.plan import GradingPlan
from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.run.conversion_check import check_conversion
from scalelab.grade.run.run import Evidence, run_submission
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.grade.verdict import Judgement, judge_run
from scalelab.train.record import MOST_BYTES, RECORD_NAME


@dataclass(frozen=True)
class GradedRun:
    """With which seed it ran, what it left and where, and what was found of it."""

    seed: int
    folder: Path
    evidence: Evidence
    judgement: Judgement
    conversion: Report | None = None


def run_and_judge(plan: GradingPlan, number: int, listener: ProgressListener) -> GradedRun:
    """Run number `number` (from 0), whose seed is as much higher; only the first one's conversion is checked."""
    folder, seed = plan.out / ("run" if number == 0 else f"run-{number + 1}"), plan.seed + number
    seconds = plan.budget.seconds
    listener.on(StepStarted(f"Running {plan.workers} ranks with a budget of {seconds:.0f} s, seed {seed}"))
    with SandboxedRun(folder, plan) as run:
        evidence = run_submission(run, seed, listener)
        listener.on(StepStarted("Measuring the last two checkpoints"))
        judgement = judge_run(evidence, plan, run.numbers)
        names = (checkpoint.path.name for checkpoint in judgement.checkpoints)
        run.collect_outputs({RECORD_NAME: MOST_BYTES} | dict.fromkeys(names, plan.prepared.evaluator.most))
        conversion = None
        if plan.check_conversion and number == 0:
            listener.on(StepStarted("Checking the conversion"))
            conversion = check_conversion(run, seed)
    return GradedRun(seed, folder, evidence, judgement, conversion)
