"""Why a script cannot be judged on this machine: it asks for what is not here, or was not given what it asks for."""

import re
from collections.abc import Sequence

from scalelab.check.rank_events import RankEvents
from scalelab.launch.launch import Outcome

MODULE = re.compile(r"(?:ModuleNotFoundError|ImportError): No module named '([\w.]+)'")
NO_GPU = re.compile(r"no nvidia driver|not compiled with cuda|no cuda gpus|cuda (?:is not|not) available|"
                    r"doesn't have nccl|only supported with gpus|"
                    r"needs? a gpu|requires? (?:a )?(?:gpu|cuda)|invalid device ordinal", re.I)  # fmt: skip
USAGE = re.compile(r"error: (.+)")  # as argparse and click write before they exit with 2
SPAWNS = re.compile(r"spawn was asked for (\d+) processes")  # scalelab.check.observe.torch_distributed
NO_FILE = re.compile(r"FileNotFoundError: .*'(.+)'")
OTHER_FRAMEWORKS = {"tensorflow": "TensorFlow", "keras": "Keras", "mxnet": "MXNet"}


def why(ranks: Sequence[RankEvents], outcome: Outcome) -> str | None:
    """The sentence, where all ranks ended for the same such reason before their first step."""
    errors = {rank.end.error for rank in ranks if rank.end}  # who was ended by the others' end has told nothing
    error = errors.pop() if len(errors) == 1 else None
    if not error:
        return None
    if match := MODULE.search(error):
        return _missing(match[1])
    if NO_GPU.search(error):
        return f"The script wants a GPU, and this machine has none that it could use ({error}); run the check on one."
    if match := SPAWNS.search(error):
        return f"The script starts {match[1]} processes by itself; check it with as many: --workers {match[1]}."
    if match := NO_FILE.search(error):
        return f"The script looks for {match[1]}, which is not here; lay it there, or write its arguments after --."
    if error == "sys.exit(2)" and (said := _usage(outcome)):
        return f"The script was not given what it asks for ({said}); write its arguments after --."
    return None


def _missing(module: str) -> str:
    framework = OTHER_FRAMEWORKS.get(module.partition(".")[0])
    if framework:
        return f"The script is written for {framework}, and the check follows PyTorch; it cannot judge this one."
    return f"The script imports {module}, which is not installed here; install it to have the script judged."


def _usage(outcome: Outcome) -> str | None:
    """What the script said last of its arguments."""
    said = [match[1] for line in outcome.output.of(0, "stderr") if (match := USAGE.search(line))]
    return said[-1] if said else None
