"""The conversion check: runs a script as K observed ranks, and judges what they told."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scalelab.check.judging import judge_observation
from scalelab.check.report import Report
from scalelab.check.run import LIMITS, observed
from scalelab.launch.launch import Limits, Progress


def check(
    script: Path | str,
    arguments: Sequence[str] = (),
    workers: int = 2,
    *,
    folder: Path | str = ".",
    limits: Limits = LIMITS,
    environment: Mapping[str, str] | None = None,
    wrap_command: Callable[[list[str]], list[str]] | None = None,
    place: Path | None = None,
    watch: Callable[[Progress], None] = lambda progress: None,
    own_process: Callable[[Callable[[], Report]], Report] = lambda judging: judging(),
) -> Report:
    """Run `script` as `workers` ranks for a bounded number of steps and say what is wrong with its conversion.

    The ranks start from different random numbers and slightly different weights, which a converted script makes
    equal. They run in a copy of `folder` made of links, so that relative output goes nowhere. `environment` is all
    they get to see of this process's one (default: everything), `wrap_command` what puts it into a sandbox. What they
    write lies in `place`, by default a folder for temporary files, until the end. `watch` is called as `launch` does.
    `own_process` is given the reading and judging of what strangers' ranks told, to do it where that can harm nobody.

    Raises ScaleLabError where the script or Horovod is missing, the script is no Python, `workers` is below 2, the
    ranks did not begin, or they made no optimizer step and nothing else was the matter.
    """
    run = observed(script, arguments, workers, folder, limits, environment, wrap_command, place, watch)
    with run as observation:
        return own_process(lambda: judge_observation(observation(), script))
