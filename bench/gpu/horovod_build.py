"""Horovod compiled for this machine's torch, as set-up does it, from the source that was carried.

Two ranks on one GPU cannot be joined by NCCL, which refuses them. So this Horovod takes tensors of the GPU and sums
them over the CPU (Gloo), and the part `nccl` tries the other. Where CUDA does not compile: Gloo for the CPU's tensors.
"""

import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import torch
from task import CARRY, Task, run

from scalelab.errors import ScaleLabError
from scalelab.install import features, pip, wheel
from scalelab.install.faults import CommandFailed
from scalelab.install.features import Features
from scalelab.install.horovod import loads
from scalelab.install.python import Interpreter, ask
from scalelab.install.show import Screen

SPARE_CORES = 6  # for the parts that run meanwhile


def measure(task: Task) -> None:
    if (built_with := loads(sys.executable)) is not None:
        task.keep(built_with=built_with, horovod="it was there")
        return
    target, screen = prepare(task)
    for wanted in candidates(target):
        name = "for the CPU's tensors" if wanted.hide_cuda else "for the GPU's tensors, by Gloo"
        try:
            built = wheel.build(target, wanted, screen)
        except (ScaleLabError, CommandFailed) as error:
            task.keep(**{f"not {name}": tail_of(screen.log, str(error))})
            continue
        screen.run(pip.command(target.python, "install", "--no-index", "--ignore-installed", "--no-deps", built))
        if (built_with := loads(sys.executable)) is not None:
            task.keep(horovod=f"{wheel.VERSION}+{wheel.local_version()}, {name}", built_with=built_with)
            return
        task.keep(**{f"not {name}": "it was compiled, but does not load"})
    raise SystemExit("No Horovod was built: the figures say why.")


def candidates(target: Interpreter) -> Iterator[Features]:
    """From what serves most parts to what is most likely to compile."""
    if target.cuda and features.nvcc():
        yield Features(mpi=False, nccl=False)
    yield Features(mpi=False, nccl=False, hide_cuda=bool(target.cuda))


def prepare(task: Task) -> tuple[Interpreter, Screen]:
    """Lay the source where it is looked for, and tell the build of this machine's compilers, cores and GPU."""
    os.nice(5)
    os.environ["XDG_CACHE_HOME"] = str(task.work / "cache")
    place = wheel.cache() / "sdists" / wheel.SDIST
    place.parent.mkdir(parents=True, exist_ok=True)
    if not place.exists():
        shutil.copy2(CARRY / wheel.SDIST, place)
    os.environ["MAKEFLAGS"] = f"-j{max(1, len(os.sched_getaffinity(0)) - SPARE_CORES)}"
    # Another environment's packages have their programs, CMake among them, in another folder.
    others = [str(Path(entry).parents[2] / "bin") for entry in sys.path if entry.endswith("site-packages")]
    os.environ["PATH"] = os.pathsep.join([*others, os.environ.get("PATH", os.defpath)])
    if (home := features.cuda_home()) and torch.cuda.is_available():
        capability = "".join(map(str, torch.cuda.get_device_capability()))
        os.environ |= {"HOROVOD_BUILD_CUDA_CC_LIST": capability, "CUDAARCHS": capability}
        os.environ |= dict.fromkeys(("HOROVOD_CUDA_HOME", "CUDA_HOME"), str(home))
    return ask(sys.executable), Screen(task.work / "compiling.log")


def tail_of(log: Path, said: str) -> str:
    """What the compiler complained of, or else what the error said."""
    text = log.read_text(errors="replace") if log.exists() else ""
    complaints = [line.strip() for line in text.splitlines() if "error" in line.lower()]
    return " / ".join(complaints[:6])[:1500] or said[-500:]


def unpacked(task: Task, wanted: Features) -> Path:
    """A folder with a Horovod of these features, to be put before the installed one by PYTHONPATH."""
    target, screen = prepare(task)
    folder = task.work / f"horovod-{wanted.names}"
    shutil.rmtree(folder, ignore_errors=True)
    with zipfile.ZipFile(wheel.build(target, wanted, screen)) as archive:
        archive.extractall(folder)
    return folder


if __name__ == "__main__":
    run(measure)
