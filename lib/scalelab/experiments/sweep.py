"""A sweep: one script run with many arguments and seeds. What has finished is not run again.

A sweep is a TOML file:

    script = "cifar10.py"              # beside the file
    common = "--images 4096"           # arguments of every run
    seeds = [0, 1, 2]                  # each is passed on as --seed
    workers = 2                        # ranks of each run

    [runs]                             # name = arguments
    plain = "--batch-size 512"
    scaled = "--batch-size 512 --scale sqrt"
"""

import shlex
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import msgspec

from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits, Outcome, Progress, launch
from scalelab.train.record import Row, read_record

DONE = "done.json"
STALL_SECONDS = 60.0


class Sweep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a sweep's file says; `runs` is {name: arguments}."""

    script: str
    runs: dict[str, str]
    common: str = ""
    seeds: tuple[int, ...] = (0,)
    workers: int = 1


class Done(msgspec.Struct, frozen=True):
    """What is left of a run that finished: by which script and arguments, and its wall-clock seconds."""

    script: str
    arguments: list[str]
    workers: int
    seconds: float


@dataclass(frozen=True)
class Trial:
    """One run of a sweep: a name, a seed, and where its record lies."""

    name: str
    seed: int
    script: Path
    arguments: list[str]
    workers: int
    folder: Path

    @property
    def finished(self) -> bool:
        """Whether this very command has run to its end in this folder."""
        try:
            done = msgspec.json.decode((self.folder / DONE).read_bytes(), type=Done)
        except (OSError, msgspec.DecodeError):
            return False
        return (done.script, done.arguments, done.workers) == (self.script.name, self.arguments, self.workers)

    @property
    def rows(self) -> list[Row]:
        """Its reports so far."""
        return read_record(self.folder)


def read_sweep(path: Path | str) -> Sweep:
    """Raises ScaleLabError, with what is wrong, where the file is missing or is no sweep."""
    path = Path(path)
    try:
        sweep = msgspec.toml.decode(path.read_bytes(), type=Sweep)
    except OSError as error:
        raise ScaleLabError(f"There is no sweep {path} ({error.strerror}); give the path of a TOML file.") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ScaleLabError(f"{path.name} is no sweep: {error}.") from error
    if not sweep.runs or not sweep.seeds or sweep.workers < 1:
        raise ScaleLabError(f"{path.name} asks for nothing: give it one run, one seed and one worker at least.")
    return sweep


def trials(sweep: Sweep, beside: Path, out: Path) -> list[Trial]:
    """All its runs, a seed of each before the next seed, so that a sweep that is stopped early has something of all.

    Records go to OUT/NAME/seed-SEED; the script lies in `beside`.
    """
    found = []
    for seed in sweep.seeds:
        for name, arguments in sweep.runs.items():
            folder = (out / name / f"seed-{seed}").resolve()
            words = [*shlex.split(sweep.common), *shlex.split(arguments), "--seed", str(seed)]
            found.append(Trial(name, seed, (beside / sweep.script).resolve(), words, sweep.workers, folder))
    return found


def run_trials(todo: list[Trial], at_once: int = 1) -> Iterator[tuple[Trial, Outcome]]:
    """Run those that have not finished, `at_once` at a time; each is given as it ends, however it ended.

    Ctrl-C, or closing the iterator, ends all ranks; what had finished stays, the rest is run by the next call.
    """
    stop = threading.Event()
    with ThreadPoolExecutor(at_once) as pool:
        started = {pool.submit(_run, trial, stop): trial for trial in todo if not trial.finished}
        try:
            for future in as_completed(started):
                yield started[future], future.result()
        finally:
            stop.set()
            pool.shutdown(cancel_futures=True)


class _Stopped(Exception):
    """The sweep is over."""


def _run(trial: Trial, stop: threading.Event) -> Outcome:
    def watch(_: Progress) -> None:
        if stop.is_set():
            raise _Stopped

    return run_trial(trial, watch)


def run_trial(trial: Trial, watch: Callable[[Progress], None] = lambda progress: None) -> Outcome:
    """Run it, whether it has finished before or not; `watch` is given what comes, and ends all ranks if it raises."""
    trial.folder.mkdir(parents=True, exist_ok=True)
    (trial.folder / DONE).unlink(missing_ok=True)
    limits, arguments = Limits(stall_seconds=STALL_SECONDS), [*trial.arguments, "--out", str(trial.folder)]
    outcome = launch(
        trial.script, arguments, trial.workers, folder=trial.folder, record=trial.folder, limits=limits, watch=watch
    )
    if outcome.ended == "finished":
        done = Done(trial.script.name, trial.arguments, trial.workers, outcome.seconds)
        temporary = trial.folder / f".{DONE}"
        temporary.write_bytes(msgspec.json.encode(done))
        temporary.replace(trial.folder / DONE)
    return outcome
