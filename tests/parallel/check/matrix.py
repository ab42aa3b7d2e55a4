"""Every (mistake, script style) that the conversion check is held to, and the table of what it finds.

    python tests/parallel/check/matrix.py             run all and write the table into docs/conversion_check.md
    python tests/parallel/check/matrix.py plain ...   run these styles only, and print what is found

Cells are kept in $SCALELAB_MATRIX, where that names a folder: what lies there is not run again.
"""

import ast
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

import scalelab
from scalelab.parallel.check import Report

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
    Mistake("init", "Horovod is never initialised", "not-initialized"),
    Mistake("wrap", "gradients are never averaged", "optimizer-not-wrapped"),
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
# What makes the learning rate grow with the workers, and the same without. The check reads it in the script's text,
# so this gap is cut out of a copy.
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
}
BY_GAP = {mistake.gap: mistake for mistake in [CONVERTED, *MISTAKES]}


@dataclass(frozen=True)
class Cell:
    """A mistake in a style, what was found, and the seconds it took."""

    style: str
    gap: str
    report: Report
    seconds: float


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


def cells(wanted: list[str]) -> Iterator[tuple[str, str]]:
    """(style, gap) of these styles, each without a gap first."""
    return ((style, gap) for style in wanted for gap in ["", *gaps(style)])


def unscaled(style: str, folder: Path) -> Path:
    """A copy of the script whose learning rate does not know of the workers."""
    for path in STYLES.glob("*.py"):
        shutil.copy(path, folder)
    copy = folder / f"{style}.py"
    text, (scaled, plain) = copy.read_text(), SCALING[style]
    assert scaled in text
    copy.write_text(text.replace(scaled, plain))
    return copy


def run(style: str, gap: str, workers: int = WORKERS) -> Cell:
    """Check a style with a gap as the command would, in an empty working folder."""
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as empty, tempfile.TemporaryDirectory() as other:
        file = unscaled(style, Path(other)) if gap == "rate" else script(style)
        report = scalelab.check(file, gap.split(), workers, folder=empty)
    return Cell(style, gap, report, time.perf_counter() - start)


def kept(style: str, gap: str) -> Cell:
    """The cell out of the folder for them, or else run, and kept there."""
    folder = os.environ.get("SCALELAB_MATRIX")
    path = Path(folder or ".") / f"{style}-{gap or 'converted'}.json"
    if folder and path.exists():
        return msgspec.json.decode(path.read_bytes(), type=Cell)
    cell = run(style, gap)
    if folder:
        path.write_bytes(msgspec.json.encode(cell))
    return cell


def complaint(cell: Cell) -> str | None:
    """What is wrong with the check's verdict, or None: exactly the mistake, and besides it nothing but advice."""
    mistake = BY_GAP[cell.gap]
    found = {(finding.id, finding.severity) for finding in cell.report.findings}
    more = {id for id, severity in found if severity != "advice"} - {mistake.id}
    if mistake.id and (mistake.id, mistake.severity) not in found:
        return f"missed {mistake.id}" + (f", found {', '.join(sorted(more))}" if more else "")
    return f"false alarm: {', '.join(sorted(more))}" if more else None


def main(wanted: list[str]) -> int:
    """Run the cells, print each; with none named, write the table. The number of wrong verdicts is returned."""
    done = []
    for style, gap in cells(wanted or styles()):
        done.append(kept(style, gap))
        print(f"{done[-1].seconds:5.1f} s  {style:12} {gap or '-':10} {complaint(done[-1]) or 'right'}", flush=True)
    if not wanted:
        from matrix_table import write

        write(done)
    return sum(complaint(cell) is not None for cell in done)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
