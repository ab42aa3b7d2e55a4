"""The commands of docker/README.md, so that the tests run what people read: with one rank a host instead of two."""

import re
import shlex
from pathlib import Path

README = (Path(__file__).parents[2] / "docker" / "README.md").read_text()
FEWER = [
    (r"-np 4\b", "-np 2"),
    (r"(node\d|\$host):2\b", r"\1:1"),
    (r"(oob_tcp_keepalive_\w+) \d+", r"\1 2"),  # seconds and tries: the test need not wait as long
]


def block(start: str) -> str:
    """The block of code that begins so."""
    blocks = re.findall(r"^```\w*\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    found = [code for code in blocks if code.startswith(start)]
    assert len(found) == 1, f"docker/README.md has {len(found)} blocks that begin with {start!r}"
    for old, new in FEWER:
        found[0] = re.sub(old, new, found[0])
    return found[0]


def launcher(start: str) -> list[str]:
    """The words of the command that begins so, as far as the script that it starts."""
    words = shlex.split(block(start).replace("\\\n", ""))
    return words[: words.index("python")]
