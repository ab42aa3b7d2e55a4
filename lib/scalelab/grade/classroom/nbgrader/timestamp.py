"""When something was handed in, as nbgrader notes it on collecting: a file that lies among the student's own."""

from pathlib import Path

from nbgrader.utils import parse_utc

from scalelab.files.untrusted import open_plain

TIMESTAMP = "timestamp.txt"
MOST_BYTES = 100


def read_time(path: Path) -> str | None:
    """The time in the file, as nbgrader can read it; None where it holds none, or is no file."""
    try:
        with open_plain(path) as file:
            raw = file.read(MOST_BYTES + 1)
        words = raw.decode("utf-8").strip()
        parse_utc(words)
    except Exception:  # whatever the parser stumbles over
        return None
    return words if len(raw) <= MOST_BYTES else None
