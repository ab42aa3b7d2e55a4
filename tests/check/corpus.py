"""The check on a folder of scripts that somebody else wrote: a table of what is said of each.

python tests/check/corpus.py FOLDER [--workers 2] [--timeout 100] [--only PART]

The first line of a script should say what is true of it; it stands beside the verdict. Nothing of the folder is kept.
A traceback of ours, or a verdict that did not come, is counted and makes the exit code 1.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import click

from scalelab.check.report import Report

MORE_SECONDS = 120  # than the script's, for the check itself
OURS = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Judged:
    """What was said of a script."""

    script: Path
    seconds: float
    verdict: str
    said: list[str]
    broke: bool = False

    def rows(self) -> str:
        """The script in a table: its own words, ours, and how long it took."""
        said = "<br>".join(_cell(line) for line in self.said)
        return f"| {self.script.name} | {_cell(truth(self.script))} | {self.verdict} | {said} | {self.seconds:.0f} s |"


def truth(script: Path) -> str:
    """What its first line says of it."""
    first = script.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
    return first.strip("# \"'")


def judge(script: Path, workers: int, timeout: float) -> Judged:
    """Run the check on a copy, alone in a folder, as its author would."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copy(script, folder)
        words = ["check", copy, "--workers", workers, "--timeout", timeout, "--json"]
        start = time.perf_counter()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "scalelab.cli", *map(str, words)], cwd=folder, capture_output=True, text=True,
                stdin=subprocess.DEVNULL, timeout=timeout + MORE_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return Judged(script, time.perf_counter() - start, "no verdict", ["the check itself did not end"], True)
    seconds = time.perf_counter() - start
    if done.returncode == 2 or not done.stdout.startswith("{"):
        said = done.stderr.strip().splitlines()[-1:]
        return Judged(script, seconds, "could not be judged", said, OURS in done.stderr or done.returncode != 2)
    report = Report.from_json(done.stdout)
    said = [f"**{one.id}** ({one.severity}, {one.where}): {one.message}" for one in report.findings]
    return Judged(script, seconds, "converted" if report.converted else "not converted", said)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--workers", default=2, show_default=True)
@click.option("--timeout", default=100.0, show_default=True, help="Seconds that a slow script gets.")
@click.option("--only", default="", help="Part of the names of those that are wanted.")
def main(folder: Path, workers: int, timeout: float, only: str) -> None:
    """Judge every script of the folder, one after the other."""
    click.echo("| script | what is true of it | verdict | said | |\n|---|---|---|---|---|")
    broke = 0
    for script in sorted(folder.rglob("*.py")):
        if only in script.name:
            judged = judge(script, workers, timeout)
            broke += judged.broke
            click.echo(judged.rows())
    sys.exit(1 if broke else 0)


if __name__ == "__main__":
    main()
