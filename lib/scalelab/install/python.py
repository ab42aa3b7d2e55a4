"""Which Python to build with, and what an interpreter says about itself."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass

from scalelab.errors import ScaleLabError
from scalelab.install.show import child_environment

SUITABLE = ("3.11", "3.12", "3.13")

# Run in the interpreter that is asked. torch is imported, not only looked up: its version carries +cpu or +cu130.
QUESTIONS = """
import importlib.util, json, os, sys, sysconfig
site = sysconfig.get_path("platlib")
try:
    import torch
    version, cuda = str(torch.__version__), torch.version.cuda
    site = os.path.dirname(os.path.dirname(torch.__file__))
except Exception:
    version = cuda = None
print(json.dumps(dict(
    tag="cp%d%d" % sys.version_info[:2],
    platform=sysconfig.get_platform().replace("-", "_").replace(".", "_"),
    site=site,
    scripts=sysconfig.get_path("scripts"),
    headers=os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")),
    torch=version, cuda=cuda)))
"""


@dataclass(frozen=True)
class Interpreter:
    """What a wheel for one interpreter depends on. `torch` and `cuda` are None when absent.

    `site` is where torch lies, with the packages of NVIDIA's that it came with: perhaps another environment's folder.
    """

    python: str
    tag: str
    platform: str
    site: str
    scripts: str
    headers: bool
    torch: str | None
    cuda: str | None


def ask(python: str) -> Interpreter:
    """Ask an interpreter about itself (2 s when it has torch)."""
    done = subprocess.run(
        [python, "-c", QUESTIONS], capture_output=True, text=True, env=child_environment(), check=False
    )
    if done.returncode:
        raise ScaleLabError(f"{python} does not run: {done.stderr.strip()[-300:]}.")
    return Interpreter(python=python, **json.loads(done.stdout.strip().splitlines()[-1]))


def answers(python: str, code: str) -> str | None:
    """What a line of code prints in an interpreter, None when it cannot run it."""
    try:
        done = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, timeout=60, env=child_environment(), check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def running_version() -> str:
    """As in "3.11"."""
    return "{}.{}".format(*sys.version_info[:2])


def find() -> str | None:
    """The Python that runs this, else a suitable one on PATH; None when there is none."""
    if running_version() in SUITABLE:
        return sys.executable
    for version in reversed(SUITABLE):
        python = shutil.which(f"python{version}")
        # Asked, not believed: a version manager's stub may stand on PATH with nothing behind it.
        if python and answers(python, "import sys; print('%d.%d' % sys.version_info[:2])") == version:
            return python
    return None


def unsuitable() -> str:
    """What to say when there is none."""
    return (
        f"Python {SUITABLE[0]} to {SUITABLE[-1]} (this is {running_version()}; "
        f"`make setup PYTHON=/path/to/python{SUITABLE[-1]}` names one that is not on PATH)"
    )
