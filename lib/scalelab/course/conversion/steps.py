"""The steps of a conversion, and which findings of the conversion check undo which step."""

from scalelab.check import Finding

STEPS = ("initialise", "log", "wrap", "broadcast", "divide", "average", "checkpoint")

# While one of these is there, the script does not work as a distributed one at all.
ALL = {
    "not-initialized",
    "rank-crashed",
    "rank-idle",
    "stalled",
    "engines-mixed",
    "unused-parameters",
    "buffers-overwritten",
    "backend-not-for-device",
}
UNDONE_BY = {
    "initialise": {"device-not-pinned"},
    "log": {"every-rank-writes"},
    "wrap": {
        "optimizer-not-wrapped",
        "gradients-not-averaged",
        "optimizer-idle",
        "gradients-scaled",
        "learning-rate-scaled-twice",
        "schedule-by-rank",
        "schedule-too-long",
        "weights-averaged",
        "parts-out-of-step",
    },
    "broadcast": {"weights-not-broadcast", "optimizer-state-not-broadcast", "parts-out-of-step"},
    "divide": {
        "same-data-on-every-rank",
        "epoch-not-divided",
        "parts-overlap",
        "parts-left-out",
        "uneven-batches",
        "same-order-every-epoch",
        "local-rank-as-rank",
        "statistics-by-rank",
    },
    "average": {"metrics-not-averaged", "result-dropped", "gathered-mismatched"},
    "checkpoint": {"every-rank-writes"},
}
RECORD = "metrics.jsonl"


def undoes(finding: Finding, step: str) -> bool:
    """Whether a step is not done as long as this finding is there."""
    if finding.id in ALL:
        return True
    if finding.id not in UNDONE_BY[step]:
        return False
    if finding.id == "parts-out-of-step":
        return (finding.about == "broadcast") == (step == "broadcast")
    if finding.id == "every-rank-writes":  # a line of the log, the run record, or the checkpoint
        return (finding.about in ("log", RECORD)) == (step == "log")
    return True


def describe_finding(finding: Finding) -> str:
    """A finding as one paragraph: what, where, what to do."""
    where = f" ({finding.where})" if finding.where and finding.where not in finding.message else ""
    return f"{finding.message.removesuffix('.')}{where}. {finding.hint}"
