"""A folder that looks like a clone to the set-up: what it reads, and nothing installed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BARE_PYTHON = getattr(sys, "_base_executable", sys.executable)  # as on a fresh machine: nothing installed


@pytest.fixture
def clone(tmp_path):
    """pyproject.toml, requirements.lock and the package's source, in a folder of its own."""
    folder = tmp_path / "clone"
    (folder / "lib/scalelab").mkdir(parents=True)
    for name in ("pyproject.toml", "requirements.lock", "lib/scalelab/__init__.py", "lib/scalelab/errors.py"):
        shutil.copy(ROOT / name, folder / name)
    for room in ("files", "install"):
        shutil.copytree(ROOT / "lib/scalelab" / room, folder / "lib/scalelab" / room)
    return folder


@pytest.fixture
def set_up(clone, tmp_path):
    """Run the set-up of that folder as `make` does; keyword arguments are environment variables."""

    def run(**variables):
        # pip finds nothing: an index on a port where nobody listens, and no other source.
        dead = {
            "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_CACHE_DIR": "1",
            "PIP_RETRIES": "1",
        }
        own = {"PYTHONPATH": str(clone / "lib"), "XDG_CACHE_HOME": str(tmp_path / "cache")}
        return subprocess.run(
            [BARE_PYTHON, "-m", "scalelab.install"],
            cwd=clone,
            env={**os.environ, **dead, **own, **variables},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    return run
