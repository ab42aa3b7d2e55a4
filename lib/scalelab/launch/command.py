"""The command and the environment that make K ranks of one script."""

import importlib.util
import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.install.openmp import PASSIVE
from scalelab.train.precision import VARIABLE, cpu_precision

# Names what runs a rank's script in place of Python, say a profiler; what has walls around it is run by Python alone.
RANK_PYTHON = "SCALELAB_RANK_PYTHON"
HOW_TO_GET_HOROVOD = "run `make setup` in ScaleLab's folder, which builds it"


def require_horovod() -> None:
    """Raise ScaleLabError where Horovod is not installed: there is no silent way around it."""
    if importlib.util.find_spec("horovod") is None:
        raise ScaleLabError(f"Horovod is not installed in {sys.prefix}: {HOW_TO_GET_HOROVOD}.")


def python() -> str:
    """This interpreter, by a path without `..`: in a sandbox the folders that it goes through may not be there."""
    return os.path.abspath(sys.executable)  # noqa: PTH100 - resolved, it would be that of another environment


def horovodrun(
    script: Path, arguments: Sequence[str], workers: int, interpreter: Sequence[str] | None = None
) -> list[str]:
    """Command line that runs the script as so many ranks on this machine, over Gloo.

    `interpreter`: what runs the script in a rank, by default this Python, with output that is not held back.
    """
    launcher = Path(__file__).with_name("horovodrun.py")
    ranks = ["--gloo", "-np", str(workers), "-H", f"localhost:{workers}"]
    words = [*(interpreter or (python(), "-u")), str(script), *map(str, arguments)]
    # As one word: horovodrun would take a script's `--network` for an abbreviation of an option of its own.
    return [python(), "-P", str(launcher), *ranks, "sh", "-c", f"exec {shlex.join(words)}"]


def torchrun(
    script: Path,
    arguments: Sequence[str],
    workers: int,
    stall_seconds: float,
    interpreter: Sequence[str] | None = None,
    signs: bool = True,
) -> list[str]:
    """The same for torch.distributed; with `signs` a rank tells where it stands, so that a stall is seen and ended."""
    launcher, rank = (Path(__file__).with_name(name) for name in ("torchrun.py", "torch_rank.py"))
    within = [str(rank), str(script)] if signs else [str(script)]
    words = [*(interpreter or (python(), "-P", "-u")), *within, *map(str, arguments)]
    return [python(), "-P", str(launcher), str(workers), str(stall_seconds), *words]


# Horovod's threads talk to each other every millisecond, whether there is anything to say or not. Where ranks compute
# on the same cores that costs them dear (bench/scaling.py), so a rank with nothing outstanding keeps silent.
# Only the Horovod that ScaleLab builds knows this setting (scalelab.install.edits); others pass it over.
SKIP_IDLE_MILLISECONDS = 50


def process_defaults() -> dict[str, str]:
    """Variables of a process that is to train: how its threads wait, and the one number format of all of a job."""
    return PASSIVE | {VARIABLE: cpu_precision()}


def rank_environment(base: Mapping[str, str], stall_seconds: float) -> dict[str, str]:
    """Environment of the ranks: one core each, one number format, and a stall told of early and ended in time.

    Horovod's stall check warns after half of `stall_seconds` and ends the job after all of it.
    """
    defaults = {"HOROVOD_SKIP_IDLE_MS": str(SKIP_IDLE_MILLISECONDS), **process_defaults()}
    if Path("/sys/class/net/lo").exists():  # else Gloo asks for the machine's name, which may lead nowhere
        defaults["GLOO_SOCKET_IFNAME"] = "lo"
    return (
        defaults
        | dict(base)
        | {
            "OMP_NUM_THREADS": "1",
            "HOROVOD_STALL_CHECK_TIME_SECONDS": str(max(1, int(stall_seconds / 2))),
            "HOROVOD_STALL_SHUTDOWN_TIME_SECONDS": str(max(2, int(stall_seconds))),
        }
    )
