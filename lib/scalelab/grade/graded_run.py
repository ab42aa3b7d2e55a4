"""One run of a submission, and its verdict; where the machine was too busy for one, another run."""

from dataclasses import dataclass
from pathlib import Path

from scalelab.check import Report
from scalelab.errors import ScaleLabError
from scalelab.files.untrusted import clear_closed
from scalelab.grade.plan import GradingPlan
from scalelab.grade.progress import ProgressListener, StepStarted
from scalelab.grade.run.conversion_check import check_conversion
from scalelab.grade.run.run import Evidence, run_submission
from scalelab.grade.run.sandboxed_run import SandboxedRun
from scalelab.grade.verdict import Judgement, judge_run
from scalelab.train.record import MOST_BYTES, RECORD_NAME

TRIES = 3
AGAIN = "The machine was too busy to say: nothing of this run counts, and there is another"
BUSY = (
    f"The machine was too busy to say whether the script is fast enough, {TRIES} times: other programs took its cores, "
    "or they had become slow. Nothing is counted; grade again when it is quiet."
)


class BusyMachineError(ScaleLabError):
    """No run could be judged, through no fault of the submission."""


@dataclass(frozen=True)
class GradedRun:
    """With which seed it ran, what it left and where, and what was found of it."""

    seed: int
    folder: Path
    evidence: Evidence
    judgement: Judgement
    conversion: Report | None = None


def run_and_judge(plan: GradingPlan, number: int, listener: ProgressListener) -> GradedRun:
    """Run number `number` (from 0), whose seed is as much higher; only the first one's conversion is checked.

    Raises BusyMachineError where the machine lets no run be judged.
    """
    folder, seed = plan.out / ("run" if number == 0 else f"run-{number + 1}"), plan.seed + number
    for tried in range(TRIES):
        if tried:
            listener.on(StepStarted(AGAIN))
            clear_closed(folder)
        graded = _run(plan, folder, seed, number == 0 and plan.check_conversion, listener)
        if not disturbed(graded, plan.budget.seconds):
            return graded
    raise BusyMachineError(BUSY)


def disturbed(graded: GradedRun, budget_seconds: float) -> bool:
    """Whether the machine decided it, and not the script.

    So it is with a pass that came in time only by the lesser count of its clock, and with an end by the budget on a
    machine far too slow. A run that ended by itself short of the targets is what it is, however long it took.
    """
    judgement, evidence = graded.judgement, graded.evidence
    if judgement.verdict.passed:
        return judgement.checkpoints[-1].at_most > budget_seconds
    return evidence.outcome.ended == "timeout" and not evidence.clock.trusted()


def _run(plan: GradingPlan, folder: Path, seed: int, conversion_too: bool, listener: ProgressListener) -> GradedRun:
    seconds = plan.budget.seconds
    listener.on(StepStarted(f"Running {plan.workers} ranks with a budget of {seconds:.0f} s, seed {seed}"))
    with SandboxedRun(folder, plan) as run:
        evidence = run_submission(run, seed, listener)
        listener.on(StepStarted("Measuring the last two checkpoints"))
        judgement = judge_run(evidence, plan, run.numbers)
        names = (checkpoint.path.name for checkpoint in judgement.checkpoints)
        run.collect_outputs({RECORD_NAME: MOST_BYTES} | dict.fromkeys(names, plan.prepared.evaluator.most))
        conversion = None
        if conversion_too:
            listener.on(StepStarted("Checking the conversion"))
            conversion = check_conversion(run, seed)
    return GradedRun(seed, folder, evidence, judgement, conversion)
