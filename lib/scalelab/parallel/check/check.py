"""Runs a script as K observed ranks, reads what they told, and judges."""

import ast
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import torch

from scalelab.data.untrusted import clear
from scalelab.errors import ScaleLabError
from scalelab.parallel.check import events, observe
from scalelab.parallel.check.findings import device, ended, find_all
from scalelab.parallel.check.report import Finding, Report, judge
from scalelab.parallel.check.scratch import lay
from scalelab.parallel.check.source.rate import Rates, read_rates
from scalelab.parallel.check.watch import Watch
from scalelab.parallel.launch import Limits, Outcome, Progress, launch

# Ranks that wait for each other are ended by the watch, within seconds. One that is only slow gets its time.
LIMITS = Limits(seconds=100, stall_seconds=20)


def check(
    script: Path | str,
    arguments: Sequence[str] = (),
    workers: int = 2,
    *,
    folder: Path | str = ".",
    limits: Limits = LIMITS,
    environment: Mapping[str, str] | None = None,
    enclose: Callable[[list[str]], list[str]] = lambda command: command,
    place: Path | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
    apart: Callable[[Callable[[], Report]], Report] = lambda judging: judging(),
) -> Report:
    """Run `script` as `workers` ranks for a bounded number of steps and say what is wrong with its conversion.

    The ranks start from different random numbers and slightly different weights, which a converted script makes
    equal. They run in a copy of `folder` made of links, so that relative output goes nowhere. `environment` is all
    they get to see of this process's one (default: everything), `enclose` what wraps their command. What they write
    lies in `place`, by default a folder for temporary files, until the end. `watch` is called as `launch` does.
    `apart` is given the reading and judging of what strangers' ranks told, to do it where that can harm nobody.

    Raises ScaleLabError where the script or Horovod is missing, the script is no Python, `workers` is below 2, the
    ranks did not begin, or they made no optimizer step and nothing else was the matter.
    """
    script = Path(script).resolve()
    _refuse(script, workers)
    room = Path(tempfile.mkdtemp(prefix="scalelab-check-", dir=place)).resolve()
    try:
        told, scratch = room / "events", room / "run"
        told.mkdir()
        scratch.mkdir()
        lay(Path(folder).resolve(), scratch)
        inside = Path(observe.__file__).with_name("__main__.py")
        words = [str(told), str(script), *map(str, arguments)]
        outcome = launch(
            inside, words, workers, folder=scratch, limits=limits, environment=environment, enclose=enclose,
            watch=Watch(told, workers, watch),
        )  # fmt: skip
        return apart(lambda: judge_run(events.read(told, workers), outcome, read_rates(script)))
    finally:
        clear(room)


def judge_run(ranks: list[events.RankEvents], outcome: Outcome, rates: Rates = Rates()) -> Report:  # noqa: B008
    """The verdict on a run that is over."""
    if not any(rank.events for rank in ranks):
        raise ScaleLabError(f"The check could not begin: {outcome.reason}")
    steps = min(rank.steps for rank in ranks)
    if outcome.ended == "timeout" and not steps and not any(map(ended.waits, ranks)):
        raise ScaleLabError(
            f"No rank had made a step after {outcome.seconds:.0f} s, so there is nothing to judge; give the script a "
            "smaller network, smaller batches or fewer data for the check, or the check more time (--timeout)."
        )
    findings = find_all(ranks, outcome, rates)
    if not steps and all(finding.severity != "error" for finding in findings):
        raise ScaleLabError(_no_step(ranks, outcome))
    pinned = device.find(ranks, torch.cuda.device_count())
    not_applicable = {device.ID: pinned} if isinstance(pinned, str) and pinned else {}
    if isinstance(pinned, Finding):
        findings.append(pinned)
    return judge(findings, len(ranks), steps, not_applicable)


def _no_step(ranks: list[events.RankEvents], outcome: Outcome) -> str:
    """Why there is nothing to judge: equal ranks may have done nothing at all."""
    idle = [rank.rank for rank in ranks if not rank.steps]
    who = "The script" if len(idle) == len(ranks) else f"Rank {idle[0]}"
    why = "" if outcome.ended == "finished" else f" {outcome.reason}"
    return (
        f"{who} made no optimizer step, so there is nothing to judge: the check follows the optimizers of torch.optim, "
        f"and no updates by other means.{why}"
    )


def _refuse(script: Path, workers: int) -> None:
    if not script.is_file():
        raise ScaleLabError(f"There is no script {script}; give the path of a Python file.")
    if workers < 2:
        raise ScaleLabError(f"The check compares ranks, so it needs at least 2 workers, not {workers}.")
    try:
        ast.parse(script.read_bytes())
    except (SyntaxError, ValueError) as error:
        raise ScaleLabError(f"{script.name} is no Python that can be run: {error}; mend it first.") from None
