"""Puts what is stored in bench/results/ into the pages, between their markers: every figure is written once.

    python bench/pages.py

docs/measured.md gets the tables as they are stored, the README three sentences with figures out of them.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"
PAGES = (ROOT / "README.md", ROOT / "docs" / "measured.md")
TABLE = re.compile(r"(<!-- bench/results/(\S+)\.md -->\n).*?(<!-- end -->)", re.DOTALL)
SENTENCES = re.compile(r"(<!-- three figures, by bench/pages\.py -->\n).*?(<!-- end -->)", re.DOTALL)
BESIDE_DDP = re.compile(r"[Bb]eside DDP: (.*?\))")


def filled(text: str, results: Path = RESULTS) -> str:
    """The text with what is stored now between its markers."""
    text = TABLE.sub(lambda match: f"{match[1]}{_stored(results, match[2])}{match[3]}", text)
    return SENTENCES.sub(lambda match: f"{match[1]}{sentences(results)}{match[2]}", text)


def sentences(results: Path) -> str:
    """One about speed, one about the assessment, one about what is to be learned; a line each."""
    *_, copies = cells(results, "scaling", "two Horovod ranks")
    beside_ddp = BESIDE_DDP.search(_stored(results, "scaling"))[1]
    _, passed, _, used, *_ = cells(results, "assessment", "solution, two workers")
    alone = cells(results, "assessment", "solution, one worker")[1]
    warmup = cells(results, "large_batch", "linear", "linear, warmup")
    lines = (
        f"Two Horovod ranks on two cores have {beside_ddp} times the speed of torch DDP, and {copies} times that of "
        "two unconnected copies.",
        f"The reference solution passes in {passed} runs on two workers, with {used} of the budget used; on one worker "
        f"in {alone}.",
        f"At a large batch with a linearly scaled learning rate, warmup takes validation accuracy from {warmup[2]}: "
        f"{warmup[3]}.",
    )
    return "".join(f"- {line}\n" for line in lines)


def cells(results: Path, table: str, *first: str) -> list[str]:
    """The row of a stored table that begins with these cells."""
    rows = [re.split(r" *\| *", line.strip("| ")) for line in _stored(results, table).splitlines()]
    return next(row for row in rows if row[: len(first)] == list(first))


def _stored(results: Path, name: str) -> str:
    return (results / f"{name}.md").read_text()


def main() -> None:
    """Renew the pages."""
    for page in PAGES:
        page.write_text(filled(page.read_text()))


if __name__ == "__main__":
    main()
