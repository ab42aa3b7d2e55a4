"""The table of the matrix in docs/conversion_check.md, between its two markers."""

import re
from functools import cache
from pathlib import Path
from statistics import median

from check.matrix import BY_GAP, WORKERS, Cell, cells, complaint, gaps, styles
from recorded import record

from scalelab.check import Report

PAGE = Path(__file__).parents[2] / "docs" / "conversion_check.md"
BETWEEN = re.compile(r"(<!-- matrix: .*? -->\n).*?(<!-- end -->)", re.DOTALL)


def table() -> str:
    """Mistakes as rows, styles as columns; from the records, judged now."""
    rows = [["mistake", "gap", "has to be found", *(f"`{style}`" for style in styles())]]
    rows.append(["---"] * len(rows[0]))
    for mistake in BY_GAP.values():
        wanted = f"`{mistake.id}`" if mistake.id else "nothing but advice"
        made = [style for style in styles() if mistake.gap in ["", *gaps(style)]]
        verdicts = {style: _verdict(Cell(style, mistake.gap)) for style in made}
        gap = f"`{mistake.gap}`" if mistake.gap else ""
        rows.append([mistake.does, gap, wanted, *(verdicts.get(style, "") for style in styles())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def how() -> str:
    """With what, and how long a check took."""
    records = [record.read(cell.check.name, cell.check.depends()) for cell in cells()]
    seconds = [one.seconds for one in records]
    wrong = sum(complaint(cell, _report(cell)) is not None for cell in cells())
    made = {f"Python {r.made_with['python']}, torch {r.made_with['torch']}, Horovod {r.made_with['horovod']}"
            for r in records}  # fmt: skip
    return (
        f"{len(records)} checks of {WORKERS} workers each, {wrong} wrong verdicts; {'; '.join(sorted(made))}. "
        f"A check took {median(seconds):.1f} s in the middle and {max(seconds):.1f} s at most."
    )


def page() -> str:
    """The page with the table as the records have it. Raises StaleRecordError where one is missing or stale."""
    new = f"{table()}\n\n{how()}\n"
    return BETWEEN.sub(lambda match: f"{match[1]}{new}{match[2]}", PAGE.read_text())


def write() -> None:
    PAGE.write_text(page())


@cache
def _report(cell: Cell) -> Report:
    return cell.check.report()


def _verdict(cell: Cell) -> str:
    report = _report(cell)
    if wrong := complaint(cell, report):
        return f"**{wrong}**"
    where = _where(report, cell.mistake.id)
    return f"✓ {where.rpartition(' ')[2]}" if where else "✓"


def _where(report: Report, wanted: str | None) -> str | None:
    return next((finding.where for finding in report.findings if finding.id == wanted), None)
