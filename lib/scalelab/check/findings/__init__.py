"""What can be wrong with a distributed script: a file for each family, pure functions over the ranks' events."""

from scalelab.check.findings import (
    data,
    ended,
    epochs,
    gradient_scale,
    gradients,
    lr_scaling,
    metrics,
    order,
    output,
    paired,
    schedules,
    script_calls,
    start,
    torch_distributed,
)
from scalelab.check.findings.torch_words import in_torchs_words
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding
from scalelab.check.source.calls import NO_CALLS, ScriptCalls
from scalelab.check.source.lr_scaling import NO_SCALING, LRScaling
from scalelab.launch.launch import Outcome


def find_all(
    ranks: list[RankEvents],
    outcome: Outcome,
    scaling: LRScaling = NO_SCALING,
    calls: ScriptCalls = NO_CALLS,
) -> list[Finding]:
    """All findings of a run, in the order in which a learner would mend them."""
    if ranks[0].engine == "horovod":
        return [*torch_distributed.find_mixed(ranks), *_of_all_families(ranks, outcome, scaling, calls)]
    found = _of_all_families(ranks, outcome, scaling, torch_distributed.what_applies(calls))
    found = [torch_distributed.explained(finding, ranks) for finding in found]
    return [in_torchs_words(finding) for finding in [*torch_distributed.find(ranks, calls.torch), *found]]


def _of_all_families(
    ranks: list[RankEvents], outcome: Outcome, scaling: LRScaling, calls: ScriptCalls
) -> list[Finding]:
    if start.is_serial(ranks):
        return [*start.find(ranks), *([] if start.asked_too_early(ranks) else ended.find(ranks, outcome))]
    ending = [*epochs.find(ranks, calls), *ended.find(ranks, outcome)]
    uneven = any(finding.id == epochs.ID for finding in ending) or any(rank.calls("join") for rank in ranks)
    out_of_step = list(order.find(ranks, uneven, calls))
    # Gradients that were reset before the step, or that another optimizer would have averaged, are never averaged,
    # and may end in an error of Horovod's: told once.
    reset = bool(order.find_reset(ranks))
    dropped = None if reset else gradients.find_dropped(ranks)
    found = [*start.find(ranks), *out_of_step]
    if not reset:
        found += [dropped] if dropped else gradients.find(ranks, calls, begun_alike=not found)
    scaled = gradient_scale.find_scaled(ranks, scaling)
    found += [scaled] if scaled else []
    found += data.find(ranks, calls)
    for family in (output, metrics):
        found += family.find(ranks)
    found += script_calls.find(ranks, calls)
    found += schedules.find(ranks, scaling, calls)
    found += paired.find(calls)
    found += [] if scaled else lr_scaling.find(ranks, scaling)
    if not ((reset or dropped) and outcome.ended == "failed"):
        found += ending
    return list({finding.id: finding for finding in reversed(found)}.values())[::-1]
