"""Grades the reference solution under a terminal and draws docs/pictures/grading.svg, a moving picture of its screen.

    pip install pyte
    python docs/make_grading_picture.py             about two minutes of all cores; nothing else should run meanwhile
    python docs/make_grading_picture.py --redraw    draws the last recording once more, without grading

pyte is a terminal in memory: it turns what the command writes into the screens that somebody would have seen.
"""

import argparse
import fcntl
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from pathlib import Path

from terminal_svg import Frame, Screen, Span, draw

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "grading.svg"
RECORDING = ROOT / "runs" / "grading.cast"
TYPED = "scalelab grade assessment/solution/assessment.py"
COLUMNS, LINES = 100, 30
SETTLED_SECONDS = 0.02  # a screen that is followed by more within this time is half drawn
LONGEST_BYTES = 100_000

Recording = list[tuple[float, str]]


def record(words: list[str], folder: Path, environment: dict[str, str]) -> tuple[Recording, int]:
    """What a command writes to its terminal, with the seconds since its start, and its exit code."""
    outer, inner = pty.openpty()
    fcntl.ioctl(inner, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
    start, said = time.monotonic(), []
    with subprocess.Popen(
        words, cwd=folder, env=environment, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
    ) as process:
        os.close(inner)
        while heard := _read(outer):
            said.append((time.monotonic() - start, heard))
        os.close(outer)
    return [(seconds, heard.decode(errors="replace")) for seconds, heard in said], process.returncode


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1 << 16)
    except OSError:  # Linux's way to say that nobody writes any more
        return b""


def record_grading() -> Recording:
    """The reference solution being graded, in a folder where nothing but the assessment lies."""
    plain = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLORTERM", "FORCE_COLOR")}
    size = {"COLUMNS": str(COLUMNS), "LINES": str(LINES), "TERM": "xterm-256color"}
    with tempfile.TemporaryDirectory() as place:
        shutil.copytree(ROOT / "assessment", Path(place) / "assessment")
        words = [str(Path(sys.executable).with_name("scalelab")), *TYPED.split()[1:]]
        said, code = record(words, Path(place), plain | size)
    if code:
        sys.exit(f"Not drawn: the grading ended with exit code {code}.\n{''.join(text for _, text in said)[-2000:]}")
    return said


def keep(said: Recording) -> None:
    """As a file of asciinema, version 2."""
    RECORDING.parent.mkdir(exist_ok=True)
    lines = [{"version": 2, "width": COLUMNS, "height": LINES}, *([seconds, "o", text] for seconds, text in said)]
    RECORDING.write_text("".join(json.dumps(line) + "\n" for line in lines))


def kept() -> Recording:
    """The last recording."""
    return [(line[0], line[2]) for line in map(json.loads, RECORDING.read_text().splitlines()[1:])]


def frames(said: Recording) -> list[Frame]:
    """The screens, each with its time, that differ from the one before; half drawn ones are left out."""
    import pyte

    terminal = pyte.Screen(COLUMNS, LINES)
    stream = pyte.Stream(terminal)
    stream.feed(f"\x1b[1;32m$\x1b[0m {TYPED}\r\n")
    found = [Frame(0.0, screen_of(terminal))]
    ends = [seconds for seconds, _ in said[1:]] + [float("inf")]
    for (seconds, text), following in zip(said, ends, strict=True):
        stream.feed(text)
        screen = screen_of(terminal)
        if following - seconds > SETTLED_SECONDS and screen != found[-1].screen:
            found.append(Frame(seconds, screen))
    return found


def screen_of(terminal) -> Screen:
    """The lines of pyte's screen as spans of one look each, without empty lines at the end."""
    lines = []
    for number in range(LINES):
        row = [terminal.buffer[number][column] for column in range(COLUMNS)]
        lines.append(_spans(row))
    while lines and not lines[-1]:
        lines.pop()
    return tuple(lines)


def _spans(row: list) -> tuple[Span, ...]:
    spans, begin = [], 0
    for end in range(1, len(row) + 1):
        look = (row[begin].fg, row[begin].bold, row[begin].italics)
        if end == len(row) or (row[end].fg, row[end].bold, row[end].italics) != look:
            text = "".join(char.data for char in row[begin:end])
            if text.strip():
                column = begin + len(text) - len(text.lstrip())
                spans.append(Span(column, text.strip(), *look))
            begin = end
    return tuple(spans)


def main() -> None:
    """Record, unless only the last recording is wanted, and draw."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--redraw", action="store_true", help="draw the last recording once more")
    if not reader.parse_args().redraw:
        keep(record_grading())
    seen = frames(kept())
    picture = draw(seen, COLUMNS, f"A terminal in which `{TYPED}` runs to its verdict")
    if len(picture.encode()) > LONGEST_BYTES:
        sys.exit(f"Not drawn: the picture would have {len(picture.encode()):,} bytes.")
    PICTURE.write_text(picture)
    print(f"{PICTURE.relative_to(ROOT)}: {len(picture.encode()):,} bytes")


if __name__ == "__main__":
    main()
