"""The programs of this Python's own environment."""

import os
import sys
from pathlib import Path


def find_own_programs() -> None:
    """Put them on the path: nbgrader starts `alembic` by its name, and the environment may not have been activated."""
    own = str(Path(sys.executable).parent)
    if own not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([own, os.environ.get("PATH", os.defpath)])
