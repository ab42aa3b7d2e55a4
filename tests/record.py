"""Makes the records of real ranks' runs: those that are missing or stale, each kept as soon as it is made.

python tests/record.py                       all of them, then the table in docs/conversion_check.md
python tests/record.py matrix/plain lab2     those whose names begin so
python tests/record.py --anew matrix/plain   whether stale or not
python tests/record.py --list                only says which are stale, and why; exit code 1 where any is
"""

import argparse
import ctypes
import os
import signal
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from check import left_out, matrix, matrix_table
from course.conversion.stages import STAGES
from course.conversion.variants import VARIANTS
from harness.warm.serving import environment, serving
from labs.exercises import EXERCISES, WRONG_ANSWERS
from recorded import record
from recorded.check import RecordedCheck
from recorded.lab_script import RecordedScript
from tqdm import tqdm

Recorded = RecordedCheck | RecordedScript
PR_SET_PDEATHSIG = 1
JOBS = 4  # forked ranks wait more than they compute


def everything() -> list[Recorded]:
    """All that there are records of."""
    small = [one.check for one in left_out.LEFT_OUT]
    small += [left_out.THREE_WORKERS, left_out.TWINS, left_out.UNSCALED, *left_out.CONVERTED]
    right = {exercise.right for exercise in EXERCISES if exercise.whole_script}
    wrong = [wrong.recorded for wrong in WRONG_ANSWERS if wrong.exercise.whole_script]
    return [*small, *(cell.check for cell in matrix.cells()), *STAGES, *VARIANTS, *right, *wrong]


def due(wanted: list[str], anew: bool) -> dict[Recorded, str]:
    """What is to be made of what is wanted, and why."""
    named = [one for one in everything() if not wanted or one.name.startswith(tuple(wanted))]
    return {one: why for one in named if (why := one.stale() or ("wanted anew" if anew else None))}


def make(todo: dict[Recorded, str], jobs: int) -> int:
    """So many at a time; the number of those that could not be made."""
    failed = 0
    with ProcessPoolExecutor(jobs, get_context("spawn"), end_with, (os.getpid(),)) as pool:
        made = {pool.submit(one.make): one for one in todo}
        try:
            for future in tqdm(as_completed(made), total=len(made), unit="record", smoothing=0.1):
                if error := future.exception():
                    failed += 1
                    tqdm.write(f"{made[future].name}: {error}", file=sys.stderr)
        except KeyboardInterrupt:  # what is made is kept
            pool.shutdown(cancel_futures=True)
            raise
    return failed


def end_with(starter: int) -> None:
    """This process ends when the one that started it does, even where that is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != starter:
        sys.exit(1)


def clear() -> None:
    """Records that belong to nothing any more."""
    known = {record.path_of(one.name) for one in everything()}
    for path in record.FOLDER.rglob("*.xz"):
        if path not in known:
            path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="how the wanted names begin; all, unless given")
    parser.add_argument("--anew", action="store_true", help="make them whether stale or not")
    parser.add_argument("--list", action="store_true", help="only say which are stale, and why")
    parser.add_argument("--jobs", type=int, default=JOBS, help=f"how many at a time; {JOBS}, unless given")
    options = parser.parse_args()
    todo = due(options.names, options.anew)
    if options.list:
        print(*todo.values() or ["No record is stale."], sep="\n")
        return min(len(todo), 1)
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "ranks"):
        os.environ.update(environment(Path(folder) / "ranks"))
        failed = make(todo, options.jobs)
    if not options.names and not failed:
        clear()
    if not any(cell.check.stale() for cell in matrix.cells()):
        matrix_table.write()
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
