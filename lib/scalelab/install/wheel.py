"""Horovod's wheel: fetched as source by name, edited, built once, kept in the person's cache."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from scalelab.errors import ScaleLabError
from scalelab.install import edits, features, pip
from scalelab.install.features import Features
from scalelab.install.one_at_a_time import held
from scalelab.install.python import Interpreter
from scalelab.install.show import Screen, child_environment

VERSION = "0.28.1"
SDIST = f"horovod-{VERSION}.tar.gz"
SDIST_SHA256 = "92a43f5a94c43907a56805bad15f19700c62ffc83b7ca483f9e104e229f67ef0"
# torch comes first and is not in this list. CMake comes from here too: a fresh machine may have none.
BUILD_NEEDS = ("setuptools", "wheel", "packaging", "cffi", "cloudpickle", "psutil", "pyyaml", "numpy", "cmake")
MEMORY_PER_COMPILER = 1 << 30


def cache() -> Path:
    """`~/.cache/scalelab`, or where XDG_CACHE_HOME says."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "scalelab"


def local_version() -> str:
    """The label after `0.28.1+`: names the edits, so that an installed Horovod can be told from an unedited one."""
    return f"scalelab.e{edits.digest()}"


def key(target: Interpreter, wanted: Features) -> str:
    """Everything that makes one wheel unfit for another place."""
    names = wanted.names + (f"-nocuda{edits.digest((edits.WITHOUT_CUDA,))}" if wanted.hide_cuda else "")
    return f"{target.tag}-torch{target.torch}-{names}-{edits.digest()}-{target.platform}"


def folder(target: Interpreter, wanted: Features) -> Path:
    """Where a Horovod for this Python, torch and machine is kept."""
    return cache() / "wheels" / key(target, wanted)


def cached(target: Interpreter, wanted: Features) -> Path | None:
    """The Horovod that is kept for them; None where there is none."""
    return next(iter(sorted(folder(target, wanted).glob("*.whl"))), None)


def any_cached(tag: str) -> bool:
    """Is there any wheel of these edits for this Python? Asked before torch is there and the key is known."""
    return any((cache() / "wheels").glob(f"{tag}-*-{edits.digest()}-*/*.whl"))


def build(target: Interpreter, wanted: Features, screen: Screen) -> Path:
    """Build the wheel and put it into the cache in one rename; about a minute on 2 cores."""
    shelf = cache() / "wheels"
    shelf.mkdir(parents=True, exist_ok=True)
    with held(shelf, screen, "another set-up is building Horovod"):
        ready = cached(target, wanted)  # built by the one we waited for
        if ready:
            return ready
        for left in shelf.glob("building-*"):  # of a set-up that was killed: we hold the lock, so nobody's
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix="building-", dir=shelf) as room:
            built = _build_in(Path(room), target, wanted, screen)
            return _shelve(built, folder(target, wanted))


def _build_in(room: Path, target: Interpreter, wanted: Features, screen: Screen) -> Path:
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(fetch(target, screen)) as archive:
        archive.extractall(room, **safely)
    source = room / SDIST[: -len(".tar.gz")]
    edits.apply_all(source, edits.EDITS + (edits.WITHOUT_CUDA,) * wanted.hide_cuda)
    screen.run(
        [target.python, "-m", "pip", "wheel", "-v", "--no-build-isolation", "--no-deps", "-w", room, source],
        env=environment(target, wanted, room),
    )
    return next(room.glob("horovod-*.whl"))


def _shelve(built: Path, place: Path) -> Path:
    """Move within one file system, so that a wheel in the cache is a whole wheel."""
    place.mkdir(parents=True, exist_ok=True)
    built.replace(place / built.name)
    return place / built.name


def fetch(target: Interpreter, screen: Screen) -> Path:
    """The source archive, from the cache or the package index, its checksum verified either way."""
    kept = cache() / "sdists" / SDIST
    if kept.is_file() and _sha256(kept) == SDIST_SHA256:
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fetching-", dir=kept.parent) as room:
        wish = Path(room) / "wish.txt"
        # Given the hash, pip compares it before it runs a line of the package.
        wish.write_text(f"horovod=={VERSION} --hash=sha256:{SDIST_SHA256}\n", encoding="utf-8")
        options = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation", "-d", room, "-r", wish)
        screen.run(pip.command(target.python, "download", *options))
        got = Path(room) / SDIST
        if not got.is_file() or _sha256(got) != SDIST_SHA256:
            raise ScaleLabError(f"{SDIST} from the package index is not the file this course was tested with.")
        got.replace(kept)
    return kept


def environment(target: Interpreter, wanted: Features, room: Path) -> dict[str, str]:
    """The variables that Horovod's build reads, and no others of that family from outside."""
    env = {k: v for k, v in child_environment().items() if not k.startswith(("HOROVOD_WITH", "HOROVOD_GPU"))}
    env.update(
        HOROVOD_WITH_PYTORCH="1",
        HOROVOD_WITH_GLOO="1",
        HOROVOD_WITHOUT_TENSORFLOW="1",
        HOROVOD_WITHOUT_MXNET="1",
        HOROVOD_LOCAL_VERSION=local_version(),
        CMAKE_POLICY_VERSION_MINIMUM="3.5",  # CMake 4 refuses the minimum that Horovod's parts name
        PATH=os.pathsep.join([target.scripts, env.get("PATH", "")]),
    )
    env["MAKEFLAGS"] = f"-j{_jobs(env.get('MAKEFLAGS', ''))}"
    env["HOROVOD_WITH_MPI" if wanted.mpi else "HOROVOD_WITHOUT_MPI"] = "1"
    if wanted.nccl:
        env.update(_nccl_environment(target, room))
    return env


def _nccl_environment(target: Interpreter, room: Path) -> dict[str, str]:
    home, header = features.cuda_home(), features.nccl_header(target.site)
    assert home is not None  # NCCL is wanted only where both are
    assert header is not None
    env = {"HOROVOD_GPU_OPERATIONS": "NCCL", "HOROVOD_CUDA_HOME": str(home), "CUDA_HOME": str(home)}
    include = header.parent
    library = include.parent / "lib" / "libnccl.so.2"
    if library.is_file():  # the pip package: it has no libnccl.so to link against, so give it that name here
        (room / "nccl").mkdir()
        (room / "nccl" / "libnccl.so").symlink_to(library)
        env.update(HOROVOD_NCCL_INCLUDE=str(include), HOROVOD_NCCL_LIB=str(room / "nccl"), HOROVOD_NCCL_LINK="SHARED")
    return env


def _jobs(asked: str) -> int:
    """Compilers at once: as many as MAKEFLAGS says, else one per core and no more than the memory feeds (1 GB each).

    `make setup` hands on a MAKEFLAGS without a number, with which Horovod's build starts eight.
    """
    if number := re.search(r"(?:^| )-j *(\d+)", asked):
        return int(number[1])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    memory = MEMORY_PER_COMPILER
    with contextlib.suppress(ValueError, OSError):
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(cores, memory // MEMORY_PER_COMPILER))


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
