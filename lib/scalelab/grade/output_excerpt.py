"""An excerpt of what a submission printed: the learner's own lines, and nothing that steers a screen."""

import re
from itertools import accumulate
from typing import Any

from scalelab.launch.output import Output

MOST_LINES = 30  # of each rank and stream
MOST_CHARACTERS = 100_000  # of all together: many ranks may have long lines
FRAME = re.compile(r'  File "(?P<file>[^"]+)", line \d+')


def last_words(output: Output, script: str) -> list[str]:
    """The last lines of every rank with the rank before each, stderr after stdout; `script` is the learner's file.

    Where that is too much, the first of these lines are left out: errors come last.
    """
    said = [
        (stream == "stderr", rank, text)
        for (rank, stream), lines in output.kept.items()
        if rank is not None
        for text in own_frames(list(lines), script)[-MOST_LINES:]
    ]
    lines = [f"[{rank}] {text}" for _, rank, text in sorted(said, key=lambda line: line[:2])]
    left = accumulate(map(len, reversed(lines)))
    count = sum(length <= MOST_CHARACTERS for length in left)
    return lines[len(lines) - count :]


def own_frames(lines: list[str], script: str) -> list[str]:
    """The lines without those frames of a traceback that lie in other files; the learner's file by its name alone."""
    kept, within_other = [], False
    for line in lines:
        if frame := FRAME.match(line):
            within_other = not frame["file"].endswith(f"/{script}")
            line = line.replace(frame["file"], script)
        elif not line.startswith("    "):
            within_other = False
        if not within_other:
            kept.append(line)
    return kept


def plain(value: Any) -> Any:
    """The same text, or list or dictionary of texts, without characters that steer a terminal or turn a line about."""
    match value:
        case str():
            return "".join(sign if sign == "\n" or sign.isprintable() else "�" for sign in value.expandtabs(1))
        case list():
            return [plain(one) for one in value]
        case dict():
            return {name: plain(one) for name, one in value.items()}
    return value
