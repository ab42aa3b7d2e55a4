"""The table of the matrix in docs/conversion_check.md, between its two markers."""

import platform
import re
from importlib.metadata import version
from pathlib import Path
from statistics import median

from matrix import BY_GAP, MISTAKES, WORKERS, Cell, cells, complaint, gaps, styles

PAGE = Path(__file__).parents[3] / "docs" / "conversion_check.md"
NONE, NOT_RUN = "", "…"
BETWEEN = re.compile(r"(<!-- matrix: .*? -->\n).*?(<!-- end -->)", re.DOTALL)


def table(done: list[Cell]) -> str:
    """Mistakes as rows, styles as columns."""
    found = {(cell.style, cell.gap): cell for cell in done}
    rows = [["mistake", "gap", "has to be found", *(f"`{style}`" for style in styles())]]
    rows.append(["---"] * len(rows[0]))
    for mistake in BY_GAP.values():
        wanted = f"`{mistake.id}`" if mistake.id else "nothing but advice"
        verdicts = [_verdict(found.get((style, mistake.gap)), style, mistake.gap) for style in styles()]
        rows.append([mistake.does, f"`{mistake.gap}`" if mistake.gap else "", wanted, *verdicts])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def how(done: list[Cell]) -> str:
    """With what, and how long a check took."""
    seconds = [cell.seconds for cell in done]
    wrong = sum(complaint(cell) is not None for cell in done)
    every = sum(1 for _ in cells(styles()))
    count, more = str(len(done)), ""
    if len(done) < every:
        count = f"{len(done)} of {every}"
        more = f" A cell with {NOT_RUN} is still to be run."
    return (
        f"{count} checks of {WORKERS} workers each, {wrong} wrong verdicts; Python {platform.python_version()}, "
        f"torch {version('torch')}, Horovod {version('horovod')}. "
        f"A check took {median(seconds):.1f} s in the middle and {max(seconds):.1f} s at most, on busy cores.{more}"
    )


def write(done: list[Cell]) -> None:
    """Put the table into the page."""
    text = PAGE.read_text()
    new = BETWEEN.sub(lambda match: f"{match[1]}{table(done)}\n\n{how(done)}\n{match[2]}", text)
    PAGE.write_text(new)


def named(page: str) -> tuple[list[str], dict[str, list[str]]]:
    """Of a page: the gaps that have a row, and each style's gaps that have a verdict."""
    body = BETWEEN.search(page)[0]
    rows = [[part.strip() for part in line.strip("|").split("|")] for line in body.splitlines() if line[:1] == "|"]
    columns = [name.strip("`") for name in rows[0][3:]]
    verdicts = {row[1].strip("`"): row[3:] for row in rows[2:]}
    with_verdict = {
        style: [gap for gap, row in verdicts.items() if gap and row[number] != NONE]
        for number, style in enumerate(columns)
    }
    return [gap for gap in verdicts if gap], with_verdict


def _verdict(cell: Cell | None, style: str, gap: str) -> str:
    if cell is None:
        return NOT_RUN if gap in ["", *gaps(style)] else NONE
    wrong = complaint(cell)
    if wrong:
        return f"**{wrong}**"
    wanted = BY_GAP[cell.gap].id
    where = next((finding.where for finding in cell.report.findings if finding.id == wanted), None)
    return f"✓ {where.rpartition(' ')[2]}" if where else "✓"


def exists() -> tuple[list[str], dict[str, list[str]]]:
    """What `named` has to give."""
    order = [mistake.gap for mistake in MISTAKES]
    return order, {style: sorted(gaps(style), key=order.index) for style in styles()}
