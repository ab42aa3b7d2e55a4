"""Finds what git leaves in a file that it could not merge."""

import re

_MARKER = re.compile(r"^(<{7} |={7}$|>{7} )", re.MULTILINE)
ADVICE = "choose one of the two versions and delete the markers"


def merge_marker(text: str) -> int | None:
    """The line, from 1, of the first marker of a conflict; None where there is none."""
    found = _MARKER.search(text)
    return text.count("\n", 0, found.start()) + 1 if found else None
