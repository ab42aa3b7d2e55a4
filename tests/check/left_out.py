"""What can be left out of a small script, what the check then finds, and words of the line that it names."""

from dataclasses import dataclass
from pathlib import Path

from recorded.check import RecordedCheck

TRAIN = Path(__file__).parent / "scripts" / "train.py"


@dataclass(frozen=True)
class LeftOut:
    """A gap of the script, or several."""

    gap: str
    found: str
    where: str | None

    def __str__(self) -> str:
        return self.gap.replace(" ", "-")

    @property
    def check(self) -> RecordedCheck:
        return RecordedCheck(f"left_out/{self}", TRAIN, tuple(self.gap.split()))


LEFT_OUT = [
    LeftOut("init", "not-initialized", None),
    LeftOut("wrap", "optimizer-not-wrapped", "optimizer.step()"),
    LeftOut("broadcast alike", "weights-not-broadcast", "optimizer.step()"),
    LeftOut("late", "parts-out-of-step", "broadcast_parameters"),
    LeftOut("crash", "rank-crashed", "raise ValueError"),
    LeftOut("wait", "stalled", "mean-loss"),
    LeftOut("uneven", "uneven-batches", "optimizer.step()"),
    LeftOut("ragged", "uneven-batches", "torch.randperm"),
    LeftOut("state", "optimizer-state-not-broadcast", "optimizer.step()"),
    LeftOut("lost", "parts-out-of-step", "DistributedOptimizer"),
    LeftOut("zero", "parts-out-of-step", "model.zero_grad()"),
    LeftOut("twice", "parts-out-of-step", "hvd.allreduce(parameter.grad)"),
    LeftOut("warm", "no-warmup", "optimizer.step()"),
    LeftOut("write", "every-rank-writes", "torch.save"),
    LeftOut("open", "every-rank-writes", 'open("log.csv"'),
    LeftOut("tensors", "every-rank-writes", "save_file"),
    LeftOut("alone wrap broadcast own", "rank-idle", "optimizer.step()"),
    LeftOut("print", "every-rank-writes", "print"),
    LeftOut("own", "metrics-not-averaged", "record.write"),
    LeftOut("part", "same-data-on-every-rank", "torch.randperm"),
    LeftOut("divide", "epoch-not-divided", "torch.randperm"),
    LeftOut("renew", "same-order-every-epoch", "torch.randperm"),
]
THREE_WORKERS = RecordedCheck("left_out/three_workers", TRAIN, workers=3)
TWINS = RecordedCheck("left_out/twins_of_three", TRAIN, ("twins",), workers=3)  # ranks 1 and 2 share a part
UNSCALED = RecordedCheck("left_out/rate", TRAIN, change=("0.1 * size", "0.1"))
CONVERTED = [RecordedCheck(f"left_out/{name}", TRAIN.with_name(f"{name}.py")) for name in ("by_hand", "loader")]
