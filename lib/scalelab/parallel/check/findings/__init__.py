"""What can be the matter with a distributed script: one file a family, pure functions over the ranks' events."""

from scalelab.parallel.check.events import RankEvents
from scalelab.parallel.check.findings import data, ended, gradients, metrics, output, start
from scalelab.parallel.check.report import Finding
from scalelab.parallel.launch import Outcome


def find_all(ranks: list[RankEvents], outcome: Outcome) -> list[Finding]:
    """All findings of a run, in the order in which a learner would mend them."""
    findings = list(start.find(ranks))
    if not start.is_serial(ranks):
        findings += [*gradients.find(ranks), *data.find(ranks), *output.find(ranks), *metrics.find(ranks)]
    return [*findings, *ended.find(ranks, outcome)]
