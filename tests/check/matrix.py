"""Every (mistake, script style) that the conversion check is held to, each with a record of its ranks."""

import ast
from dataclasses import dataclass
from pathlib import Path

from recorded.check import RecordedCheck

from scalelab.check import Report

STYLES = Path(__file__).parent / "styles"
WORKERS = 2


@dataclass(frozen=True)
class Mistake:
    """What a gap leaves out or breaks, and what the check has to find; the empty gap is no mistake."""

    gap: str
    does: str
    id: str | None
    severity: str = "error"


CONVERTED = Mistake("", "converted correctly", None)
MISTAKES = [
    Mistake("init", "neither Horovod nor torch.distributed is initialised", "not-initialized"),
    Mistake("wrap", "gradients are never averaged", "optimizer-not-wrapped"),
    Mistake("bare", "the same, with torch.distributed", "gradients-not-averaged"),
    Mistake("module", "no forward goes through DistributedDataParallel", "gradients-not-averaged"),
    Mistake("no_sync", "every backward is made under `no_sync`", "gradients-not-averaged"),
    Mistake("sum", "gradients are summed, not averaged", "gradients-scaled"),
    Mistake("broadcast", "the first weights are not broadcast", "weights-not-broadcast"),
    Mistake("state", "the resumed momentum is on rank 0 alone", "optimizer-state-not-broadcast"),
    Mistake("part", "all ranks take the same batches", "same-data-on-every-rank"),
    Mistake("divide", "all ranks go through all the data, each in its order", "epoch-not-divided"),
    Mistake("renew", "the shuffle is the same every epoch", "same-order-every-epoch", "warning"),
    Mistake("uneven", "a rank has fewer batches, and the ranks wait for one another", "uneven-batches"),
    Mistake("ragged", "a rank has fewer batches, and goes on with its next epoch", "uneven-batches"),
    Mistake("wait", "a collective call that one rank alone makes", "stalled"),
    Mistake("crash", "a rank stops with an error", "rank-crashed"),
    Mistake("write", "all ranks write the checkpoint", "every-rank-writes"),
    Mistake("print", "all ranks print the log", "every-rank-writes", "advice"),
    Mistake("own", "the figure that is reported is one rank's own", "metrics-not-averaged"),
    Mistake("late", "the broadcast comes after the first step", "parts-out-of-step"),
    Mistake("lost", "the optimizer is wrapped when it has a state", "parts-out-of-step"),
    Mistake("zero", "`zero_grad` between `backward` and `step`", "parts-out-of-step"),
    Mistake("twice", "averaged by hand and by the wrapped optimizer", "parts-out-of-step"),
    Mistake("rate", "the learning rate takes no account of the workers", "learning-rate-not-scaled", "advice"),
    Mistake("warm", "the scaled learning rate from the first step", "no-warmup", "advice"),
]
# What makes the learning rate grow with the workers, and the same without: the check reads it in the script's text.
SCALING = {
    "plain": ("0.05 * size", "0.05"),
    "sampler": ("lr=0.02 * hvd.size()", "lr=0.02"),
    "trainer": ("ranks = hvd.size()", "ranks = 1"),
    "by_hand": ("1e-3 * hvd.size()", "1e-3"),
    "grouped": ("2e-3 * all_of_us**0.5", "2e-3"),
    "resume": ("lr=0.01 * hvd.size()", "lr=0.01"),
    "subset": ("ranks = hvd.size()", "ranks = 1"),
    "stream": ("lr=0.02 * size", "lr=0.02"),
    "characters": ("scale = hvd.size()", "scale = 1"),
    "autocast": ("lr=3e-3 * hvd.size()", "lr=3e-3"),
    "ddp_loop": ("lr=0.03 * world_size", "lr=0.03"),
    "ddp_trainer": ("settings.lr * self.size**0.5", "settings.lr"),
    "ddp_shards": ("lr=1e-3 * size**0.5", "lr=1e-3"),
    "dist_by_hand": ("0.02 * dist.get_world_size()", "0.02"),
}
BY_GAP = {mistake.gap: mistake for mistake in [CONVERTED, *MISTAKES]}


@dataclass(frozen=True)
class Cell:
    """A mistake in a style."""

    style: str
    gap: str

    def __str__(self) -> str:
        return f"{self.style}-{self.gap or 'converted'}"

    @property
    def mistake(self) -> Mistake:
        return BY_GAP[self.gap]

    @property
    def check(self) -> RecordedCheck:
        """As the command would check it."""
        arguments, change = ((), SCALING[self.style]) if self.gap == "rate" else (tuple(self.gap.split()), None)
        name = f"matrix/{self.style}/{self.gap or 'converted'}"
        return RecordedCheck(name, script(self.style), arguments, WORKERS, change)


def styles() -> list[str]:
    """Names of the styles; a file that begins with _ is part of another."""
    return sorted(path.stem for path in STYLES.glob("*.py") if not path.name.startswith("_"))


def script(style: str) -> Path:
    return STYLES / f"{style}.py"


def gaps(style: str) -> list[str]:
    """The gaps that a style can have, from the line "Gaps: ..." of its docstring."""
    lines = (ast.get_docstring(ast.parse(script(style).read_text())) or "").splitlines()
    named = next(line for line in lines if line.startswith("Gaps:")).removeprefix("Gaps:").split()
    return [*named, "rate"] if style in SCALING else named


def cells() -> list[Cell]:
    """All, each style without a gap first."""
    return [Cell(style, gap) for style in styles() for gap in ["", *gaps(style)]]


def complaint(cell: Cell, report: Report) -> str | None:
    """What is wrong with the check's verdict, or None: exactly the mistake, and besides it nothing but advice."""
    wanted = cell.mistake
    found = {(finding.id, finding.severity) for finding in report.findings}
    more = {id for id, severity in found if severity != "advice"} - {wanted.id}
    if wanted.id and (wanted.id, wanted.severity) not in found:
        return f"missed {wanted.id}" + (f", found {', '.join(sorted(more))}" if more else "")
    return f"false alarm: {', '.join(sorted(more))}" if more else None
