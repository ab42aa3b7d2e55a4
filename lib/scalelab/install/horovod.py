"""Horovod for one interpreter: the cached wheel or a new one, installed and tried.

    python -m scalelab.install.horovod

does it for the Python that runs it (which needs torch already): for an image, or a conda environment.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.install import features, pip, wheel
from scalelab.install.python import Interpreter, ask
from scalelab.install.show import Screen, child_environment

TRY_IT = (
    "import json, horovod.torch as hvd;"
    "print(json.dumps([name for name in ('gloo', 'mpi', 'nccl') if getattr(hvd, name + '_built')()]))"
)


def install(target: Interpreter, screen: Screen) -> str:
    """Install Horovod and prove that it loads; returns what it was built with, as in "Gloo, MPI"."""
    if not target.torch:
        raise ScaleLabError(f"Horovod is compiled against torch, and {target.python} has none: install torch first.")
    wanted = features.detect(target)
    ready = wheel.cached(target, wanted)
    built_with = _install_wheel(ready or _build(target, wanted, screen), target, screen)
    if ready and built_with is None:
        screen.say("      The cached wheel does not load here (an MPI or a library changed): building it again.")
        ready.unlink()
        built_with = _install_wheel(_build(target, wanted, screen), target, screen)
    return _as_wanted(built_with, wanted)


def compile_ahead(target: Interpreter, screen: Screen) -> None:
    """Have the wheel ready in the cache; nothing of the environment is changed, so others may install into it."""
    wanted = features.detect(target)
    for why in wanted.why:
        screen.note(f"Horovod: {why}.")
    if not wheel.cached(target, wanted):
        _build(target, wanted, screen)


def _build(target: Interpreter, wanted: features.Features, screen: Screen) -> Path:
    screen.say(f"      Compiling Horovod for torch {target.torch} ({wanted.names}): about a minute, once.")
    return wheel.build(target, wanted, screen)


def _install_wheel(ready: Path, target: Interpreter, screen: Screen) -> list[str] | None:
    """None when the installed wheel does not load. What it needs is among BUILD_NEEDS, which are there."""
    # --force-reinstall: pip would take another build of the same version for this one.
    screen.run(pip.command(target.python, "install", "--force-reinstall", "--no-deps", ready))
    return loads(target.python)


def loads(python: str) -> list[str] | None:
    """What Horovod in that interpreter was built with, None when it cannot be imported."""
    done = subprocess.run([python, "-c", TRY_IT], capture_output=True, text=True, env=child_environment(), check=False)
    return json.loads(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else None


def _as_wanted(built_with: list[str] | None, wanted: features.Features) -> str:
    if built_with is None:
        raise ScaleLabError(
            "Horovod was compiled but does not load: `.venv/bin/python -c 'import horovod.torch'` shows why; "
            "SCALELAB_WITHOUT_HOROVOD=1 sets up everything but the distributed parts."
        )
    missing = set(wanted.names.split("-")) - set(built_with)
    if missing:
        raise ScaleLabError(f"Horovod was compiled without {', '.join(sorted(missing))}, although it was asked for.")
    return ", ".join({"gloo": "Gloo", "mpi": "MPI", "nccl": "NCCL"}[name] for name in built_with)


def main() -> int:
    """Exit code 0 with Horovod installed, 1 with one sentence on stderr."""
    screen = Screen(wheel.cache() / "horovod.log")
    try:
        with screen.step(f"Horovod {wheel.VERSION}"):
            screen.run(pip.command(sys.executable, "install", *wheel.BUILD_NEEDS))
            target = ask(sys.executable)
            compile_ahead(target, screen)
            built_with = install(target, screen)
        screen.say(f"      built with {built_with}")
        screen.say_notes()
    except ScaleLabError as error:
        screen.say("")
        print(f"Horovod: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted: run the same command again.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
