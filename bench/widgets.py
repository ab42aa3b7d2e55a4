"""How fast a slider's figure follows in a real browser: from the key to the new picture, decoded.

    python bench/widgets.py     (needs Debian's chromium)

Runs tests/browser/test_notebooks.py, which moves every slider of every notebook, and keeps what it measured.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median

import pages
from machine import describe_machine

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "bench" / "results"


def measured() -> dict[str, list[list[float]]]:
    """{notebook: for each slider whose figure follows, milliseconds of each move}"""
    with tempfile.TemporaryDirectory() as folder:
        times = Path(folder) / "times"
        command = [sys.executable, "-m", "pytest", "tests/browser/test_notebooks.py"]
        subprocess.run(command, cwd=ROOT, env=os.environ | {"SCALELAB_ANSWER_TIMES": str(times)}, check=True)
        if not times.exists():
            sys.exit("Nothing was measured: the browser's tests were skipped; `apt install chromium`.")
        found = defaultdict(list)
        for line in times.read_text().splitlines():
            slider = json.loads(line)
            found[slider["notebook"]].append(slider["milliseconds"])
        return dict(found)


def table(times: dict[str, list[list[float]]]) -> str:
    """Median and range over all moves of a notebook's sliders, as Markdown."""
    lines = ["| notebook | sliders with a figure | from key to picture, median (range) |", "|---|---|---|"]
    for notebook, sliders in times.items():
        moves = [one for slider in sliders for one in slider]
        lines.append(f"| {notebook} | {len(sliders)} | {median(moves):.0f} ms ({min(moves):.0f} to {max(moves):.0f}) |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure, print the table, keep everything in bench/results/."""
    times = measured()
    words = table(times)
    print(words)
    stored = describe_machine() | {"milliseconds": times}
    (RESULTS / "widgets.json").write_text(json.dumps(stored, indent=1) + "\n")
    (RESULTS / "widgets.md").write_text(words)
    pages.main()


if __name__ == "__main__":
    main()
