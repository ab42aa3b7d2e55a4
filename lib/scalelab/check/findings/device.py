"""Whether each rank has a GPU of its own."""

from scalelab.check.events import Step
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding

ID = "device-not-pinned"


def find(ranks: list[RankEvents], gpus: int) -> Finding | str:
    """The finding; or in words why there is none, empty where all is well. `gpus`: how many the machine has."""
    devices = [steps[0].device for rank in ranks if (steps := rank.of(Step))]
    if not gpus:
        return "not applicable: this machine has no GPU, a rank is one CPU core"
    if len(devices) < len(ranks) or None in devices:
        return "not applicable: the script does not train on a GPU here"
    if len(set(devices)) >= min(gpus, len(ranks)):
        return ""
    return Finding(
        id=ID,
        severity="error",
        where=ranks[0].of(Step)[0].where,
        message=f"{len(ranks)} ranks share {len(set(devices))} of {gpus} GPUs.",
        hint="Pin each rank to one: torch.cuda.set_device(hvd.local_rank()), before anything is put on the GPU.",
    )
