"""The machine as it is, a Python with what the library needs, and the images that were carried along.

The one part that runs by the machine's own Python. It changes nothing of that: what was carried is installed into an
environment beside it, which finds the machine's packages, torch among them, as well.
"""

import ctypes
import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from task import CARRY, PYTHON_FILE, ROOT, Task, chosen_python, images_in, run, spread

from scalelab.errors import ScaleLabError


def measure(task: Task) -> None:
    task.keep(**hardware(), **versions())
    task.keep(python=make_python(task.work), images=unpack_images(task.work))
    device = torch.device(task.sizes.device)
    if device.type == "cuda" and not torch.cuda.is_available():
        raise SystemExit("torch sees no GPU here.")
    task.keep(copy_gb_per_second=copy_speed(task, device), matrix_tflop_per_second=matrix_speed(task, device))


def hardware() -> dict[str, Any]:
    """Processor, cores, and the GPU with its driver where there is one."""
    processor = next((line for line in lines_of("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    found = {"processor": processor.partition(":")[2].strip() or processor, "cores": len(os.sched_getaffinity(0))}
    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        found |= {"gpu": properties.name, "gpus": torch.cuda.device_count(), "gpu_gb": properties.total_memory / 2**30}
        found |= {"driver": driver()}
    return found


def lines_of(file: str) -> list[str]:
    return Path(file).read_text().splitlines() if Path(file).exists() else []


def driver() -> str:
    """The version of NVIDIA's driver, by nvidia-smi."""
    words = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
    if not shutil.which(words[0]):
        return "unknown: no nvidia-smi"
    return subprocess.run(words, capture_output=True, text=True).stdout.strip().partition("\n")[0]


def versions() -> dict[str, Any]:
    """Of what the figures depend on."""
    found = {"python_version": platform.python_version(), "torch": torch.__version__, "cuda": str(torch.version.cuda)}
    found |= {"cudnn": str(torch.backends.cudnn.version()), "nccl": nccl_version(), "nvcc": shutil.which("nvcc") or ""}
    for name in ("triton", "horovod"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def nccl_version() -> str:
    """As the library tells that torch has loaded (NCCL's API, ncclGetVersion)."""
    if not torch.cuda.is_available():
        return "none"
    try:
        number = ctypes.c_int()
        ctypes.CDLL("libnccl.so.2").ncclGetVersion(ctypes.byref(number))
    except (OSError, AttributeError) as error:
        return f"unknown: {error}"
    major, rest = divmod(number.value, 10_000)
    return f"{major}.{rest // 100}.{rest % 100}"


def make_python(work: Path) -> str:
    """The Python that has the library: this one where it is installed, else that of a new environment."""
    try:
        importlib.metadata.version("scalelab")
        python = sys.executable
    except importlib.metadata.PackageNotFoundError:
        python = str(make_environment(work / "venv"))
    (work / PYTHON_FILE).write_text(python)
    return python


def make_environment(folder: Path) -> Path:
    """An environment with the carried wheels, that finds the library and this Python's own packages too.

    Not --system-site-packages: where this Python is of an environment itself, that means what lies below it.
    """
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    site = next(folder.glob("lib/python3*/site-packages"))
    places = [place for place in sys.path if place.endswith("-packages")]
    # As sites, with the .pth files in them: one of setuptools' is what gives Python 3.12 its `distutils`.
    lines = [f"import site; site.addsitedir({place!r})" for place in places]
    (site / "scalelab.pth").write_text("\n".join([*lines, str(ROOT / "lib")]) + "\n")
    wheels = sorted((CARRY / "wheels").glob("*.whl"))
    if not wheels:
        raise ScaleLabError(f"There are no wheels in {CARRY}: run `python bench/gpu_day.py --pack` with a network.")
    names = sorted({wheel.name.split("-")[0] for wheel in wheels})
    python = folder / "bin" / "python"
    options = ["-q", "--no-index", "--no-deps", "--no-compile", "--ignore-installed", "--find-links", CARRY / "wheels"]
    subprocess.run([python, "-m", "pip", "install", *options, *names], check=True)
    return python


def unpack_images(work: Path) -> str:
    """In words, which images there will be; those that were carried are laid where the other parts look."""
    if named := os.environ.get("SCALELAB_DATA"):
        return f"those in {named}"
    if not (CARRY / "images").is_dir():
        return "stand-in images: none were carried"
    command = [chosen_python(work), Path(__file__).with_name("images.py"), CARRY / "images", images_in(work)]
    subprocess.run(command, check=True)
    return "CIFAR-10, carried as JPEG"


def copy_speed(task: Task, device: torch.device) -> dict[str, Any]:
    """GB a second of a copy, bytes read and written: the limit of whatever only moves numbers."""
    source = torch.randn(8 * task.sizes.numbers, device=device)
    target = torch.zeros_like(source)
    seconds = timed(lambda: target.copy_(source), device, task.sizes.rounds)
    return spread([2 * 4e-9 * source.numel() / one for one in seconds])


def matrix_speed(task: Task, device: torch.device) -> dict[str, Any]:
    """TFLOP a second of a product of two square matrices in bfloat16: the limit of whatever computes."""
    side = task.sizes.matrix
    left, right = (torch.randn(side, side, device=device, dtype=torch.bfloat16) for _ in range(2))
    return spread([2e-12 * side**3 / one for one in timed(lambda: left @ right, device, task.sizes.rounds)])


def timed(work: Callable[[], Any], device: torch.device, rounds: int) -> list[float]:
    """Seconds of each of so many calls, after three that do not count."""
    seconds = []
    for number in range(3 + rounds):
        synchronize(device)
        start = time.perf_counter()
        work()
        synchronize(device)
        if number >= 3:
            seconds.append(time.perf_counter() - start)
    return seconds


def synchronize(device: torch.device) -> None:
    """`scalelab.train.wait_for`, which is not here yet."""
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    run(measure)
