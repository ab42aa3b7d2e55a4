"""What a command that prints a lot is at, in a few words, from its output: nothing raw of it is ever shown."""

from __future__ import annotations

import re
from pathlib import Path

TAIL_BYTES = 1 << 16  # one verbose compiler call alone is several thousand
AT_WORK = "at work"


def now_at(log: Path, start: int) -> str:
    """What the command whose output begins there in the log is at; a percentage where it tells one."""
    with log.open("rb") as file:
        file.seek(max(start, log.stat().st_size - TAIL_BYTES))
        lines = file.read().decode(errors="replace").splitlines()
    return next((words for words in map(_in_words, reversed(lines)) if words), AT_WORK)


def _in_words(line: str) -> str | None:
    """None for a line that says nothing of where it is: warnings, carets, what pip removes and where it looks."""
    for pattern, words in KNOWN:
        found = re.match(pattern, line.strip())
        if found:
            return words(found)
    return None


def _installing(found: re.Match[str]) -> str:
    names = found[1].split(", ")
    return f"installing {names[0]}" if len(names) == 1 else f"installing {len(names)} packages"


def _compiling(found: re.Match[str]) -> str:
    """make's own percentage and the file; of files that are compiled together, the group, or the library they are."""
    name = re.sub(r"^unity_|(_cxx)?\.\w+\.o$", "", Path(found[2]).name)
    library = re.search(r"(\w+)\.dir/", found[2])
    return f"{found[1]} %, compiling {library[1] if name.isdigit() and library else name}"


KNOWN = (
    (r"\[ *(\d+)%\] Building \S+ object (\S+)", _compiling),
    (r"\[ *(\d+)%\] Linking", lambda found: f"{found[1]} %, linking"),
    (r"\[ *(\d+)%\] Built target (\w+)", lambda found: f"{found[1]} %, {found[2]} built"),
    (
        r"-- (The|Detecting|Check|Looking|Found|Performing|Gloo|Could|Using|Configuring|Generating)\b",
        lambda found: "0 %, looking at the compiler and torch",
    ),
    (r"Collecting ([\w.-]+)", lambda found: f"looking for {found[1]}"),
    (
        r"(?:Downloading|Using cached) (\S+/)?([\w.]+)-(\d[\w.]*)\S* ?(\([^)]*\))?",
        lambda found: f"fetching {found[2]} {found[3]} {found[4] or ''}".rstrip(),
    ),
    (r"Installing collected packages: (.+)", _installing),
    (r"Building wheel", lambda found: "building the wheel"),
    (r"(?:running|creating|copying|adding|removing|writing)\b", lambda found: "copying files"),
    (r"Preparing|Getting requirements|Installing build", lambda found: "preparing"),
)
