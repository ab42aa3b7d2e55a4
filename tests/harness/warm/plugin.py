"""The server of this run of the tests, and the fixture that has ranks come from it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.run_folder import run_folder

HERE = Path(__file__).parent
SERVER = pytest.StashKey[subprocess.Popen]()
RANK = "SCALELAB_RANK_PYTHON"  # scalelab.parallel.command


def pytest_configure(config) -> None:
    """Started by whoever starts the run; it loads torch when the first rank asks for it."""
    if not hasattr(config, "workerinput"):
        words = [sys.executable, str(HERE / "server.py"), str(address())]
        one_thread = os.environ | {"OMP_NUM_THREADS": "1"}
        config.stash[SERVER] = subprocess.Popen(words, stdin=subprocess.PIPE, cwd=HERE, env=one_thread)


def pytest_unconfigure(config) -> None:
    if server := config.stash.get(SERVER, None):
        server.stdin.close()
        server.wait()


def address() -> Path:
    return run_folder() / "ranks"


def environment() -> dict[str, str]:
    """With it, ranks that have no walls around them are forked from the server."""
    return {RANK: f"{sys.executable} -IS {HERE / 'rank.py'} {address()}"}


@pytest.fixture(autouse=True)
def warm_ranks(request, monkeypatch):
    """Ranks are forked from the server, but those of tests that are marked `cold`."""
    if not request.node.get_closest_marker("cold"):
        for name, value in environment().items():
            monkeypatch.setenv(name, value)
