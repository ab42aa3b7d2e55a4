"""What the ranks leave behind: files that all of them write, lines that all of them print."""

import re
from collections.abc import Iterator
from pathlib import PurePath

from scalelab.check.events import Print, Write
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Finding, Severity

NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)
LOGS = (".log", ".txt", ".out", ".err", "")  # where a line that stands there twice misleads nobody
FEWEST_LINES = 2  # a greeting by each rank is none of our business; a line with a number in it reports


def find(ranks: list[RankEvents]) -> Iterator[Finding]:
    """every-rank-writes: an error for a file written after training began, advice for a log that all add lines to and
    for printed lines.
    """
    written = {write.path: write for write in ranks[0].of(Write) if write.step > 0}
    for path, write in written.items():
        if all(any(other.path == path and other.step > 0 for other in rank.of(Write)) for rank in ranks[1:]):
            log = write.append and PurePath(path).suffix.lower() in LOGS
            yield _log(path, write.where) if log else _file(path, write.where)
            return
    lines = find_lines(ranks)
    if lines:
        yield _lines(lines[0])


def find_lines(ranks: list[RankEvents]) -> list[Print]:
    """Lines that rank 0 printed since the first step and every other rank as well, whatever numbers they hold."""
    shapes = [{_shape(line) for line in rank.of(Print) if line.step > 0} for rank in ranks]
    common = set.intersection(*shapes)
    lines = [line for line in ranks[0].of(Print) if line.step > 0 and _shape(line) in common]
    lines = [line for line in lines if not re.search(r"\b(rank|worker)", line.text, re.IGNORECASE)]
    return lines if len(lines) >= FEWEST_LINES or any(NUMBER.search(line.text) for line in lines) else []


def _shape(line: Print) -> tuple[str | None, str]:
    return line.where, NUMBER.sub("#", line.text)


def _file(path: str, where: str | None) -> Finding:
    message = f"Every rank writes {path}: they overwrite one another, and the file may end up broken."
    hint = "Write on one rank alone: if hvd.rank() == 0. All ranks have the same weights."
    return _every_rank("error", where, message, hint, PurePath(path).name)


def _log(path: str, where: str | None) -> Finding:
    message = f"Every rank adds its lines to {path}: each of them stands there once for every rank."
    hint = "Write on one rank alone: if hvd.rank() == 0; or give each rank a file of its own."
    return _every_rank("advice", where, message, hint, PurePath(path).name)


def _lines(line: Print) -> Finding:
    message = f"Every rank prints its own copy of the log, such as {line.text[:60]!r}."
    return _every_rank("advice", line.where, message, "Print on one rank alone: if hvd.rank() == 0.", "log")


def _every_rank(severity: Severity, where: str | None, message: str, hint: str, about: str) -> Finding:
    return Finding(id="every-rank-writes", severity=severity, where=where, message=message, hint=hint, about=about)
