"""All that is to be measured on a GPU, in one command of at most ten minutes and without a network.

    python bench/gpu_day.py [--minutes 9] [--out FOLDER] [--only PART ...] [--again]
    python bench/gpu_day.py --pack          where there is a network: gathers in .carry/ what must travel along
    python bench/gpu_day.py --tiny --out F  the rehearsal, on a CPU

Parts run in order of worth (bench/gpu/parts.py), each in a process of its own, so that one that crashes or hangs costs
itself only. gpu_day.json is written after each; what is done there is not done again. It needs a Python with torch and
click: the part `set_up` makes one with what the library needs, from what was carried.

gpu_day.md, a table, is written where there was a GPU. Give it a place in docs/measured.md, as the other tables have,
and run bench/pages.py.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

import click

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "gpu"), str(HERE.parent / "lib")]

from day import Day, part_command  # noqa: E402
from pack import pack  # noqa: E402
from parts import PARTS, named  # noqa: E402
from store import Store  # noqa: E402
from task import CARRY, ROOT, WORK, chosen_python  # noqa: E402

RESULTS = HERE / "results"
STATE = CARRY / "state.txt"


def code_state() -> str:
    """The commit, and a digest of what differs from it; where there is no git, what it was when it was packed."""
    try:
        commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True)
        changed = subprocess.run(["git", "diff", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return STATE.read_text() if STATE.exists() else ""
    digest = f" with changes {hashlib.sha256(changed).hexdigest()[:12]}" if changed else ""
    return commit.stdout.strip() + digest


@click.command()
@click.option("--out", type=click.Path(path_type=Path), help="Folder for gpu_day.json; by default bench/results/.")
@click.option("--minutes", default=9.0, show_default=True, help="When to end.")
@click.option("--tiny", is_flag=True, help="The rehearsal: tiny sizes, on the CPU.")
@click.option("--only", multiple=True, type=click.Choice([part.name for part in PARTS]), help="This part, and ...")
@click.option("--again", is_flag=True, help="Also what is done already.")
@click.option("--work", type=click.Path(path_type=Path), default=WORK, help="Folder that the parts share.")
@click.option("--pack", "packing", is_flag=True, help="Only gather in .carry/ what must travel along.")
def main(
    out: Path | None, minutes: float, tiny: bool, only: tuple[str, ...], again: bool, work: Path, packing: bool
) -> None:  # fmt: skip
    """Run what is missing, and store it."""
    if packing:
        pack(CARRY)
        STATE.write_text(code_state())
        return
    out, work = (out or RESULTS).resolve(), work.resolve()
    if tiny and out == RESULTS:
        raise click.UsageError("A rehearsal measures nothing: give it a folder of its own with --out.")
    work.mkdir(parents=True, exist_ok=True)
    store = Store(out)
    store.state = code_state() or store.state
    day = Day(store, work, minutes, part_command(lambda: chosen_python(work), work, tiny))
    day.run([part for part in named(only) if again or not day.done(part.name)], click.echo)
    store.write_table()


if __name__ == "__main__":
    main()
