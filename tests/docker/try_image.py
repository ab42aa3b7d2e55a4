"""`make image-test`: docker/Dockerfile is built on a bare Debian, and what comes out is used as a person would.

The container gets what docker/compose.yaml gives it, and no network.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import checks
import engine

TOOLS = ("buildah", "debootstrap", "podman", "runc")
CHECKS = (
    checks.size,
    checks.tools,
    checks.doctor,
    checks.two_ranks,
    checks.grading,
    checks.no_grading_without_walls,
    checks.door,
)


def obstacle() -> str | None:
    """Why the image cannot be built here, None when it can."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        return f"no {', no '.join(missing)} here (apt install {' '.join(TOOLS)})"
    return None if os.geteuid() == 0 else "building a base image takes root"


def main() -> int:
    """Exit code 0: all is as it must be, or nothing could be tried, which is said."""
    if why := obstacle():
        print(f"Skipped: the image was not built and not tried, for there is {why}.")
        return 0
    print("The image is built, which takes some minutes, and tried.", flush=True)
    with tempfile.TemporaryDirectory(prefix="image-test-") as room:
        steps = [partial(engine.base, Path(room)), partial(engine.image, Path(room))]
        if not all(timed(step.func.__doc__, step) for step in steps):
            return 1
    wrong = [check for check in CHECKS if not timed(check.__doc__, check)]
    return 1 if wrong else 0


def timed(docstring: str, step: Callable[[], str | None]) -> bool:
    """Run it, and say in one line how it went; what a command of it printed, only where it failed."""
    title, began = docstring.partition("\n")[0], time.monotonic()
    try:
        found = step() or ""
    except engine.Wrong as error:
        print(f"WRONG {title} {error}", flush=True)
        return False
    print(f"ok    {title} {found} ({time.monotonic() - began:.0f} s)", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
