"""What went wrong in a command that failed, as one sentence that names the cause and the next step."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError


@dataclass(frozen=True)
class Sign:
    """A pattern in a command's output and what it means for the person."""

    pattern: str
    sentence: str


# The first that matches wins: a full disk and a dead network make every later message misleading.
SIGNS = (
    Sign(
        r"No space left on device|Errno 28|Disk quota exceeded",
        "the disk ran full: free about 5 GB (TMPDIR moves pip's temporary files to another disk) and run it again",
    ),
    Sign(
        r"Failed to establish a new connection|Name or service not known|Temporary failure in name resolution"
        r"|Network is unreachable|Connection refused|ConnectTimeoutError|ReadTimeoutError|No route to host"
        r"|ProxyError|Connection reset by peer|RemoteDisconnected",
        "the package index cannot be reached: check the network (or pip's own settings: `pip config list`) "
        "and run it again",
    ),
    Sign(
        r"CERTIFICATE_VERIFY_FAILED|SSLError",
        "the package index was reached but its certificate is not trusted here: tell pip your network's "
        "certificate (`pip config set global.cert FILE`) and run it again",
    ),
    Sign(
        r"DO NOT MATCH THE HASHES",
        "the file that the package index sent is not the one this course was tested with (its checksum differs): "
        "try another index",
    ),
    Sign(r"Python\.h: No such file", "Python's headers are missing: `apt install python3-dev` and run it again"),
    Sign(
        r"Killed signal|fatal error: Killed|internal compiler error: Killed|Killed \(program cc1plus\)",
        "the compiler was ended for want of memory: close other programs, set MAKEFLAGS=-j1 and run it again",
    ),
    Sign(
        r"No CMAKE_CXX_COMPILER could be found|CMAKE_CXX_COMPILER not set|is not a full path and was not found",
        "no C++ compiler: `apt install g++ make` and run it again",
    ),
    Sign(r"Could NOT find MPI", "MPI's headers are missing: `apt install libopenmpi-dev` and run it again"),
    Sign(
        r"Could NOT find CUDAToolkit",
        "nvcc is here but the rest of the CUDA toolkit is not: install it whole, or take nvcc off PATH",
    ),
    Sign(r"Could NOT find NCCL", "NCCL's headers are missing: install NVIDIA's libnccl-dev and run it again"),
    Sign(
        r"ensurepip is not available|No module named '?ensurepip",
        "Python's venv module is incomplete: `apt install python3-venv` and run it again",
    ),
    Sign(
        r"No matching distribution found for (?P<what>[^\s(]+)",
        "the package index has no {what} for this Python and machine: see `pip config list` for which index is asked",
    ),
    Sign(r"ResolutionImpossible", "the versions in requirements.lock do not fit together here: `make lock` renews it"),
    Sign(r"Permission denied", "permission denied while writing: check who owns .venv and ~/.cache/scalelab"),
)


class CommandFailed(ScaleLabError):
    """A command of the set-up ended badly; the message is the cause as far as its output tells."""

    def __init__(self, command: Sequence[Path | str], output: str, log: Path):
        self.output = output
        super().__init__(f"{explain(output) or _last_words(command, output)} (full output: {log}).")


def explain(output: str) -> str | None:
    """The sentence for the first sign found in the output, None when nothing is recognised."""
    for sign in SIGNS:
        found = re.search(sign.pattern, output)
        if found:
            return sign.sentence.format(**found.groupdict())
    return None


def _last_words(command: Sequence[Path | str], output: str) -> str:
    errors = [line.strip() for line in output.splitlines() if re.search(r"\berror\b", line, re.IGNORECASE)]
    words = (errors or output.strip().splitlines() or ["it said nothing"])[0].strip()
    return f"`{Path(str(command[0])).name} {' '.join(map(str, command[1:4]))}` failed: {words[:200]}"
