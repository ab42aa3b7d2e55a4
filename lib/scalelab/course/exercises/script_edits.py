"""An edit of a script, which a `.edit` file holds: blocks of old lines and the new ones that take their place.

    <<<<
    old lines, which stand in the script once
    ====
    new lines
    >>>>

What stands around the blocks is for who reads the file.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from scalelab.errors import ScaleLabError

SUFFIX = ".edit"
BLOCK = re.compile(r"^<<<<\n(.*?)^====\n(.*?)^>>>>\n", re.MULTILINE | re.DOTALL)


def with_edit(script: str, edit: Path) -> str:
    """The script after the edit, block by block. Raises ScaleLabError where old lines do not stand in it just once."""
    return _replaced(script, _blocks(edit), edit)


def without_edit(script: str, edit: Path) -> str:
    """The script before the edit. Raises ScaleLabError where new lines do not stand in it just once."""
    return _replaced(script, [(new, old) for old, new in reversed(_blocks(edit))], edit)


def _blocks(edit: Path) -> list[tuple[str, str]]:
    """(old lines, new lines) of each."""
    text = edit.read_text(encoding="utf-8")
    found = BLOCK.findall(text)
    if not found or len(found) != text.count("<<<<"):
        form = "<<<<, old lines, ====, new lines, >>>>, each on its own line"
        raise ScaleLabError(f"{edit.name} has a block that is none: {form}.")
    return found


def _replaced(script: str, blocks: Iterable[tuple[str, str]], edit: Path) -> str:
    for there, instead in blocks:
        if (times := script.count(there)) != 1:
            raise ScaleLabError(f"{edit.name} does not fit: this should stand there once, not {times} times:\n{there}")
        script = script.replace(there, instead)
    return script
