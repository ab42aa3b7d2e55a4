"""Puts the tables of bench/results/ into the README, between their markers: every figure is written once.

    python bench/readme.py
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
MARKED = re.compile(r"(<!-- (bench/results/\S+\.md) -->\n).*?(<!-- end -->)", re.DOTALL)


def filled(text: str) -> str:
    """The text with the present content of each table file between its markers."""
    return MARKED.sub(lambda match: f"{match[1]}{(ROOT / match[2]).read_text()}{match[3]}", text)


def main() -> None:
    """Renew the README."""
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text()))


if __name__ == "__main__":
    main()
