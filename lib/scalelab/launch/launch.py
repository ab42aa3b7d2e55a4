"""Starts a script as K ranks, streams what they say, and ends all of them whatever happens."""

import os
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scalelab.errors import ScaleLabError
from scalelab.install.machine import cores
from scalelab.launch.command import RANK_PYTHON, horovodrun, rank_environment, require_horovod, torchrun
from scalelab.launch.diagnose import explain, explain_silence
from scalelab.launch.engine import HOW_TO_BE_STARTED, Engine, recognise, starts_itself
from scalelab.launch.guarded_command import GuardedCommand
from scalelab.launch.output import Line, Output
from scalelab.train.record import RecordReader, Row

Command = list[str]
Broken = Literal["timeout", "memory", "silence", "printed"]  # which of the limits
Ending = Literal["finished", "failed", "stopped", Broken]
STARTUP_SECONDS = 60.0


@dataclass(frozen=True)
class Limits:
    """When to end a job: wall-clock seconds, seconds that ranks may wait for one another, memory of all together.

    `silence_seconds`: how long the ranks may go without printing a line or reporting to their run record; before their
    first word at least STARTUP_SECONDS, since a busy machine takes its time to load torch. `printed_mb`: what all may
    print together. `clock`: makes of the seconds that passed those that count towards `seconds`.
    """

    seconds: float | None = None
    stall_seconds: float = 30
    memory_gb: float | None = None
    silence_seconds: float | None = None
    printed_mb: float | None = None
    clock: Callable[[float], float] = float


@dataclass(frozen=True)
class Progress:
    """What is new since the last look, some ten times a second."""

    seconds: float
    lines: list[Line]
    rows: list[Row]


class EndJobError(Exception):
    """Raised by a `watch` to end all ranks; its text is the reason that the outcome gives."""


@dataclass(frozen=True)
class Outcome:
    """How a job ended, in a word and in a sentence; `seconds` is its wall-clock time."""

    ended: Ending
    reason: str
    seconds: float
    output: Output = field(repr=False)

    def _ipython_display_(self) -> None:
        """Nothing: at the end of a notebook's cell stands what `run_ranks` has printed already."""


def launch(
    script: Path | str,
    arguments: Sequence[str] = (),
    workers: int = 2,
    *,
    folder: Path | str = ".",
    record: Path | str | None = None,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    environment: Mapping[str, str] | None = None,
    wrap_command: Callable[[Command], Command] | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
    called: str | None = None,
    engine: Engine | None = None,
) -> Outcome:
    """Run `script` as `workers` ranks of one core each and wait for their end.

    `folder` is where they run, `record` the folder of their run record, `environment` all they get to see of this
    process's one (default: everything), `wrap_command` what wraps the command, say in a sandbox. `called` is the file
    whose lines the outcome names, where it is another that `script` only runs. `engine` starts the ranks, by default
    the one that the script is written for. `watch` is called
    about ten times a second; where it raises EndJobError, all ranks are ended for that reason. Ctrl-C, or another
    exception in `watch`, ends all ranks as well and is passed on.

    Raises ScaleLabError where the script, or the Horovod that it is written for, is missing, `workers` is below 1, or
    the script starts its ranks itself.
    """
    script = Path(script).resolve()
    _check(script, workers)
    engine = engine or recognise(script)
    _check_engine(script, engine)
    variables = rank_environment(os.environ if environment is None else environment, limits.stall_seconds)
    # What has walls around it is run by Python alone.
    interpreter = [] if wrap_command else shlex.split(variables.get(RANK_PYTHON, ""))
    if engine == "horovod":
        command = horovodrun(script, arguments, workers, interpreter)
    else:
        # A script under another name is run by one that tells by itself where its ranks stand.
        command = torchrun(script, arguments, workers, limits.stall_seconds, interpreter, signs=called is None)
    output, reader = Output(workers), RecordReader(Path(record or folder), after=True)
    start = time.perf_counter()
    try:
        with GuardedCommand(wrap_command(command) if wrap_command else command, variables, Path(folder)) as job:
            broken = _follow(job, limits, start, output, reader, watch)
        seconds = time.perf_counter() - start
        watch(Progress(seconds, _take(job, output), reader.new_rows()))
    except EndJobError as end:
        return Outcome("stopped", str(end), time.perf_counter() - start, output)
    ended: Ending = broken or ("finished" if job.exit_code == 0 else "failed")
    return Outcome(ended, _reason(ended, limits, seconds, output, workers, called or script.name), seconds, output)


def _shared_cores(workers: int) -> str:
    """What more ranks than cores can show, and what they cannot."""
    if workers <= (usable := max(1, int(cores()))) or any(Path("/dev").glob("nvidia[0-9]*")):
        return ""
    shared = "a core" if usable == 1 else f"{usable} cores"
    return f" They shared {shared}: what they computed counts, how fast they were says nothing of so many workers."


def _check(script: Path, workers: int) -> None:
    if not script.is_file():
        raise ScaleLabError(f"There is no script {script}; give the path of a Python file.")
    if workers < 1:
        raise ScaleLabError(f"A job needs at least 1 worker, not {workers}.")


def _check_engine(script: Path, engine: Engine) -> None:
    if engine == "horovod":
        require_horovod()
    elif where := starts_itself(script):
        raise ScaleLabError(f"{script.name} starts its processes itself ({where}); {HOW_TO_BE_STARTED}.")


def _follow(
    job: GuardedCommand, limits: Limits, start: float, output: Output, reader: RecordReader,
    watch: Callable[[Progress], None],
) -> Broken | None:  # fmt: skip
    """Watch the job until it ends (None) or breaks a limit (which)."""
    last_sign = max(0.0, STARTUP_SECONDS - (limits.silence_seconds or 0.0))
    while job.running(wait=0.1):
        seconds = time.perf_counter() - start
        now = Progress(seconds, _take(job, output), reader.new_rows())
        watch(now)
        if now.lines or now.rows:
            last_sign = seconds
        if limits.seconds is not None and limits.clock(seconds) > limits.seconds:
            return "timeout"
        if limits.silence_seconds is not None and seconds - last_sign > limits.silence_seconds:
            return "silence"
        if limits.memory_gb is not None and job.uses_more_than(limits.memory_gb * 1e9):
            return "memory"
        if limits.printed_mb is not None and job.printed > limits.printed_mb * 1e6:
            return "printed"
    return None


def _take(job: GuardedCommand, output: Output) -> list[Line]:
    lines = job.new_lines()
    for line in lines:
        output.add(line)
    return lines


def _reason(ended: Ending, limits: Limits, seconds: float, output: Output, workers: int, script: str) -> str:
    if ended == "finished":
        who = "The only rank" if workers == 1 else f"All {workers} ranks"
        return f"{who} finished after {seconds:.1f} s.{_shared_cores(workers)}"
    if ended == "timeout":
        return f"The time of {limits.seconds:.0f} s was used up, and all ranks were ended."
    if ended == "silence" and limits.silence_seconds is not None:
        return explain_silence(output, workers, limits.silence_seconds)
    if ended == "memory":
        return f"The ranks used more than {limits.memory_gb:g} GB of memory together, and all were ended."
    if ended == "printed":
        return f"The ranks printed more than {limits.printed_mb:g} MB, and all were ended."
    return explain(output, workers, script)
