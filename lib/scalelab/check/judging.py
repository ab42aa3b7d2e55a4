"""The verdict on a run that is over, from what its ranks told and from the script's text."""

from pathlib import Path

from scalelab.check.findings import device, ended, find_all, unfit
from scalelab.check.findings.effective_batch import effective_batch_size
from scalelab.check.observation import Observation
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding, Report, judge
from scalelab.check.source.calls import NO_CALLS, ScriptCalls, read_calls
from scalelab.check.source.lr_scaling import NO_SCALING, LRScaling, read_lr_scaling
from scalelab.check.steps_together import count_together
from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Outcome


def judge_observation(observation: Observation, script: Path | str) -> Report:
    """The verdict on a run of this script."""
    script = Path(script).resolve()
    return judge_run(observation.ranks, observation.outcome, read_lr_scaling(script), read_calls(script))


def judge_run(
    ranks: list[RankEvents],
    outcome: Outcome,
    scaling: LRScaling = NO_SCALING,
    calls: ScriptCalls = NO_CALLS,
) -> Report:
    """The verdict on a run that is over."""
    if not any(rank.events for rank in ranks):
        raise ScaleLabError(f"The check could not begin: {outcome.reason}")
    if outcome.ended != "failed":
        ranks = [_without_a_closed_pipe(rank) for rank in ranks]
    ranks = count_together(ranks)
    steps = min(rank.steps for rank in ranks)
    if outcome.ended == "timeout" and not steps and not any(map(ended.waits, ranks)):
        raise ScaleLabError(
            f"No rank had made a step after {outcome.seconds:.0f} s, so there is nothing to judge; give the script a "
            "smaller network, smaller batches or fewer data for the check, or the check more time (--timeout)."
        )
    if calls.process_set:
        raise ScaleLabError(
            f"The optimizer averages within a process set ({calls.process_set}), so the ranks train more than one "
            "model; the check compares all ranks, and cannot judge that."
        )
    if not steps and (why := unfit.why(ranks, outcome)):
        raise ScaleLabError(why)
    findings = find_all(ranks, outcome, scaling, calls)
    if not steps and all(finding.severity != "error" for finding in findings):
        raise ScaleLabError(_no_step(ranks, outcome))
    batch = effective_batch_size(ranks, {finding.id for finding in findings})
    pinned = device.find(ranks, _gpus())
    not_applicable = {device.ID: pinned} if isinstance(pinned, str) and pinned else {}
    if isinstance(pinned, Finding):
        findings.append(pinned)
    return judge(findings, len(ranks), steps, not_applicable, batch)


def _without_a_closed_pipe(rank: RankEvents) -> RankEvents:
    """A rank that prints while it is ended from outside meets a closed pipe, which is no end of its own."""
    closed = rank.end is not None and rank.end.error is not None and rank.end.error.startswith("BrokenPipeError")
    return RankEvents(rank.rank, [event for event in rank.events if event is not rank.end]) if closed else rank


def _no_step(ranks: list[RankEvents], outcome: Outcome) -> str:
    """Why there is nothing to judge: equal ranks may have done nothing at all."""
    idle = [rank.rank for rank in ranks if not rank.steps]
    who = "The script" if len(idle) == len(ranks) else f"Rank {idle[0]}"
    why = "" if outcome.ended == "finished" else f" {outcome.reason}"
    return (
        f"{who} made no optimizer step, so there is nothing to judge: the check follows the optimizers of torch.optim, "
        f"and no updates by other means.{why}"
    )


def _gpus() -> int:
    """How many this machine has. Without a driver's device files there is none, and PyTorch need not be loaded."""
    if not any(next(Path("/dev").glob(name), None) for name in ("nvidia*", "dxg", "kfd")):
        return 0
    import torch

    return torch.cuda.device_count()
