"""What set-up consists of: five steps, each with a cheap check of whether it is done.

A step is done when the stamp in .venv holds the digest of all it depends on (its inputs and the steps before
it) and the file it brings is there. So a second start reads a few small files and starts no process.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from scalelab.install import edits, features, horovod, pip, venv, wheel
from scalelab.install.python import ask
from scalelab.install.show import Screen

STAMP = "scalelab-setup.json"


@dataclass(frozen=True)
class Step:
    """One step; `brings` is a pattern below .venv that exists when it has been done."""

    name: str
    title: str
    inputs: str
    brings: str
    run: Callable[[Screen], None]


def without_horovod() -> bool:
    return os.environ.get("SCALELAB_WITHOUT_HOROVOD") == "1"


def plan(root: Path, python: str) -> list[Step]:
    """The five steps for this folder; reads, and does nothing."""
    locked, torch = _text(root / "requirements.lock"), _locked(root, "torch")
    extras = "test" if without_horovod() else "distributed,test"
    wanted = "left out" if without_horovod() else f"{wheel.VERSION} {edits.digest()} {features.fingerprint()}"
    return [
        Step("venv", "Virtual environment .venv", "", "bin/pip", lambda s: venv.make(root, python, s)),
        Step("torch", f"PyTorch {torch.partition('==')[2]}", torch, _site("torch/version.py"),
             lambda s: _torch(root, torch, s)),
        Step("tools", "Build tools", str(wheel.BUILD_NEEDS), "bin/cmake", lambda s: _tools(root, s)),
        Step("horovod", f"Horovod {wheel.VERSION}", wanted,
             "bin/pip" if without_horovod() else _site("horovod/metadata.json"), lambda s: _horovod(root, s)),
        Step("package", "ScaleLab and the rest", _text(root / "pyproject.toml") + locked + extras, "bin/scalelab",
             lambda s: _package(root, extras, s)),
    ]


def digests(root: Path, steps: list[Step]) -> dict:
    """A digest per step, each over the one before, so that whatever changes early is followed through."""
    chain, result = venv.version(root) or "", {}
    for step in steps:
        chain = hashlib.sha256(f"{chain}\0{step.name}\0{step.inputs}".encode()).hexdigest()
        result[step.name] = chain
    return result


def pending(root: Path, steps: list[Step]) -> list[Step]:
    """The steps from the first that is not done on."""
    stamp, now = _stamp(root), digests(root, steps)
    for index, step in enumerate(steps):
        there = any((root / ".venv").glob(step.brings))
        if not there or stamp.get(step.name) != now[step.name]:
            return steps[index:]
    return []


def mark(root: Path, step: Step, steps: list[Step]) -> None:
    """Note that a step is done; the file is replaced in one go."""
    stamp = {**_stamp(root), step.name: digests(root, steps)[step.name]}
    fresh = root / ".venv" / f"{STAMP}.{os.getpid()}"
    fresh.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    fresh.replace(root / ".venv" / STAMP)


def _stamp(root: Path) -> dict:
    try:
        return json.loads((root / ".venv" / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


def _locked(root: Path, name: str) -> str:
    found = re.search(rf"^{name}==\S+", _text(root / "requirements.lock"), re.MULTILINE)
    return found.group() if found else name


def _site(path: str) -> str:
    return f"lib/python3*/site-packages/{path}"


def _constraints(root: Path) -> tuple:
    return ("-c", root / "requirements.lock") if (root / "requirements.lock").is_file() else ()


def _torch(root: Path, torch: str, screen: Screen) -> None:
    index = os.environ.get("TORCH_INDEX")
    for line in about_torch(index):
        screen.say(f"      {line}")
    options = ("--extra-index-url", index) if index else ()
    screen.run(pip.command(venv.python_in(root), "install", torch, *options, *_constraints(root)))


def about_torch(index: str | None) -> list[str]:
    """What is about to be fetched, for a person on a slow line."""
    if index:
        return ["Also looking in TORCH_INDEX for PyTorch."]
    if platform.system() == "Linux" and not features.driver():
        return [
            "No NVIDIA GPU here and no TORCH_INDEX given: pip takes whichever PyTorch build your package index offers.",
            "The CUDA one is about 3 GB; `make setup TORCH_INDEX=<url of an index with CPU builds>` is about 200 MB.",
        ]
    return []


def _tools(root: Path, screen: Screen) -> None:
    screen.run(pip.command(venv.python_in(root), "install", *wheel.BUILD_NEEDS, *_constraints(root)))


def _horovod(root: Path, screen: Screen) -> None:
    if without_horovod():
        screen.say("      SCALELAB_WITHOUT_HOROVOD=1: left out; the distributed parts say so, `make setup` adds it")
        return
    built_with = horovod.install(ask(str(venv.python_in(root))), screen, _constraints(root))
    screen.say(f"      built with {built_with}")


def _package(root: Path, extras: str, screen: Screen) -> None:
    # Editable, with the setuptools that is there: nothing more to fetch for it.
    what = ("--no-build-isolation", "-e", f"{root}[{extras}]")
    screen.run(pip.command(venv.python_in(root), "install", *what, *_constraints(root)))
