"""What set-up consists of: four steps, each with a cheap check of whether it is done.

A step is done when the stamp in .venv holds the digest of all it depends on (its inputs and the steps that it follows)
and the file it brings is there. So a second start reads a few small files and starts no process.
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
from scalelab.install.openmp import PASSIVE
from scalelab.install.python import ask
from scalelab.install.show import Screen

STAMP = "scalelab-setup.json"


@dataclass(frozen=True)
class Step:
    """One step, which is done anew with the one that it `follows`; `brings` is below .venv when it has been done.

    `early` is a long first part that changes nothing in .venv: it begins while the step before this one is done.
    """

    name: str
    follows: str
    title: str
    inputs: str
    brings: str
    run: Callable[[Screen], None]
    early: Callable[[Screen], None] | None = None


def without_horovod() -> bool:
    """Whether SCALELAB_WITHOUT_HOROVOD=1 leaves it out."""
    return os.environ.get("SCALELAB_WITHOUT_HOROVOD") == "1"


def plan(root: Path, python: str) -> list[Step]:
    """The four steps for this folder; reads, and does nothing."""
    locked, torch = _text(root / "requirements.lock"), _locked(root, "torch")
    return [
        Step("venv", "", "Virtual environment .venv", "", "bin/pip", lambda s: venv.make(root, python, s)),
        Step(
            "torch",
            "venv",
            f"PyTorch {torch.partition('==')[2]} and build tools",
            torch + str(wheel.BUILD_NEEDS),
            _site("torch/version.py"),
            lambda s: _torch(root, torch, s),
        ),
        Step(
            "package",
            "torch",
            "ScaleLab and the rest",
            _text(root / "pyproject.toml") + locked + str(PASSIVE),
            "bin/scalelab",
            lambda s: _package(root, s),
        ),
        _horovod_step(root),
    ]


def _horovod_step(root: Path) -> Step:
    title = f"Horovod {wheel.VERSION}"
    if without_horovod():
        return Step("horovod", "torch", title, "left out", "bin/pip", _leave_out)
    wanted = f"{wheel.VERSION} {edits.digest()} {features.fingerprint()}"
    early = lambda s: horovod.compile_ahead(ask(str(venv.python_in(root))), s)  # noqa: E731
    return Step("horovod", "torch", title, wanted, _site("horovod/metadata.json"), lambda s: _horovod(root, s), early)


def digests(root: Path, steps: list[Step]) -> dict[str, str]:
    """A digest per step, each over the one that it follows, so that whatever changes early is followed through."""
    result = {"": venv.version(root) or ""}
    for step in steps:
        text = f"{result[step.follows]}\0{step.name}\0{step.inputs}"
        result[step.name] = hashlib.sha256(text.encode()).hexdigest()
    return result


def pending(root: Path, steps: list[Step]) -> list[Step]:
    """The steps that are not done, or follow one that is not."""
    stamp, now, found = _stamp(root), digests(root, steps), {}
    for step in steps:
        there = any((root / ".venv").glob(step.brings))
        if not there or stamp.get(step.name) != now[step.name] or step.follows in found:
            found[step.name] = step
    return list(found.values())


def mark(root: Path, step: Step, steps: list[Step]) -> None:
    """Note that a step is done; the file is replaced in one go."""
    stamp = {**_stamp(root), step.name: digests(root, steps)[step.name]}
    fresh = root / ".venv" / f"{STAMP}.{os.getpid()}"
    fresh.write_text(json.dumps(stamp, indent=1), encoding="utf-8")
    fresh.replace(root / ".venv" / STAMP)


def _stamp(root: Path) -> dict[str, str]:
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


def _constraints(root: Path) -> tuple[Path | str, ...]:
    return ("-c", root / "requirements.lock") if (root / "requirements.lock").is_file() else ()


def _torch(root: Path, torch: str, screen: Screen) -> None:
    index = os.environ.get("TORCH_INDEX")
    for line in about_torch(index):
        screen.say(f"      {line}")
    options = ("--extra-index-url", index) if index else ()
    what = (torch, *wheel.BUILD_NEEDS)
    screen.run(pip.command(venv.python_in(root), "install", *what, *options, *_constraints(root)))


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


def _package(root: Path, screen: Screen) -> None:
    """All but Horovod, which is being compiled meanwhile: the step after this one brings it."""
    # Editable, with the setuptools that is there: nothing more to fetch for it.
    what = ("--no-build-isolation", "-e", f"{root}[test]")
    screen.run(pip.command(venv.python_in(root), "install", *what, *_constraints(root)))
    variables = [word for name, value in PASSIVE.items() for word in ("--env", name, value)]
    screen.run([str(venv.python_in(root)), "-m", "ipykernel", "install", "--sys-prefix", *variables])


def _horovod(root: Path, screen: Screen) -> None:
    built_with = horovod.install(ask(str(venv.python_in(root))), screen)
    screen.say(f"      built with {built_with}")


def _leave_out(screen: Screen) -> None:
    screen.say("      SCALELAB_WITHOUT_HOROVOD=1: left out; the distributed parts say so, `make setup` adds it")
