"""What this machine lets Horovod be built with: Gloo always, MPI and NCCL where they are."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from scalelab.install.python import Interpreter


@dataclass(frozen=True)
class Features:
    """What to build in, and in words why something is left out.

    `hide_cuda` where torch is a CUDA build that this machine cannot compile for: then Horovod must not see it.
    """

    mpi: bool
    nccl: bool
    why: tuple[str, ...] = ()
    hide_cuda: bool = False

    @property
    def names(self) -> str:
        """As in the cache key: gloo, gloo-mpi, gloo-mpi-nccl."""
        return "-".join(["gloo"] + ["mpi"] * self.mpi + ["nccl"] * self.nccl)


def mpi() -> tuple[bool, str | None]:
    """(build for MPI?, why not)."""
    if not shutil.which("mpirun"):
        return False, "no mpirun, so without MPI (`apt install openmpi-bin libopenmpi-dev` to have it)"
    if not _compiles_mpi():
        return False, "mpirun found but no mpi.h for mpicxx: `apt install libopenmpi-dev` to build for MPI too"
    return True, None


def _compiles_mpi() -> bool:
    """Debian's openmpi-bin brings mpicxx without the headers, so the compiler is asked, not the PATH."""
    reads_header = ["mpicxx", "-E", "-x", "c++", "-include", "mpi.h", os.devnull]
    try:
        return subprocess.run(reads_header, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def driver() -> bool:
    """Is an NVIDIA driver loaded?"""
    return Path("/proc/driver/nvidia/version").exists() or shutil.which("nvidia-smi") is not None


def nvcc() -> str | None:
    """The CUDA compiler: $HOROVOD_CUDA_HOME or $CUDA_HOME, PATH, the usual place."""
    homes = [os.environ.get(name) for name in ("HOROVOD_CUDA_HOME", "CUDA_HOME")]
    known = [Path(home) / "bin/nvcc" for home in homes if home]
    found = shutil.which("nvcc")
    known += [Path(found)] if found else []
    known.append(Path("/usr/local/cuda/bin/nvcc"))
    return next((str(path) for path in known if path.is_file()), None)


def cuda_home() -> Path | None:
    """The CUDA toolkit that nvcc is of: the folder with its headers, also where the nvcc on PATH is a script."""
    compiler = nvcc()
    if compiler is None:
        return None
    homes = [Path(compiler).parents[1], Path(compiler).resolve().parents[1], Path("/usr/local/cuda")]
    return next((home for home in homes if (home / "include/cuda_runtime.h").is_file()), homes[0])


def nccl_header(site: str) -> Path | None:
    """nccl.h of the system, of the CUDA toolkit, or of the package that torch itself depends on."""
    folders = [Path("/usr/include"), Path("/usr/local/cuda/include"), Path(site) / "nvidia/nccl/include"]
    compiler = nvcc()
    if compiler:
        folders.insert(1, Path(compiler).parents[1] / "include")
    return next((folder / "nccl.h" for folder in folders if (folder / "nccl.h").is_file()), None)


def nccl(target: Interpreter) -> tuple[bool, str | None]:
    """(build for NCCL?, why not)."""
    if not driver():
        return False, None  # a machine without a GPU needs no word about NCCL
    if not target.cuda:
        return False, f"NVIDIA driver found, but torch {target.torch} is a build without CUDA, so without NCCL"
    if not nvcc():
        return False, "NVIDIA driver found but no nvcc: install the CUDA toolkit to build for NCCL"
    if not nccl_header(target.site):
        return False, "NVIDIA driver and nvcc found but no nccl.h: install libnccl-dev to build for NCCL"
    return True, None


def detect(target: Interpreter) -> Features:
    """What to build for this interpreter on this machine."""
    with_mpi, no_mpi = mpi()
    with_nccl, no_nccl = nccl(target)
    hide_cuda = bool(target.cuda) and not (driver() and nvcc())
    return Features(with_mpi, with_nccl, tuple(why for why in (no_mpi, no_nccl) if why), hide_cuda)


def fingerprint() -> str:
    """The machine's side of it, cheap enough for every start: when it changes, Horovod is looked at again.

    No compiler is asked here, so of mpi.h only the usual places are known.
    """
    compiler = shutil.which("mpicxx") or "/usr/bin/mpicxx"
    places = [Path(compiler).parents[1] / "include/mpi.h", *Path("/usr/lib").glob("*/openmpi/include/mpi.h")]
    header = any(place.is_file() for place in places)
    return f"mpirun={shutil.which('mpirun')} mpicxx={compiler} mpi.h={header} driver={driver()} nvcc={nvcc()}"
