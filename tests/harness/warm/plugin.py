"""The server of this run of the tests, and the fixture that has ranks come from it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from harness.run_folder import run_folder
from harness.warm.serving import environment, serving

STARTED = pytest.StashKey[ExitStack]()


def pytest_configure(config) -> None:
    """By whoever starts the run."""
    if not hasattr(config, "workerinput"):
        config.stash[STARTED] = ExitStack()
        config.stash[STARTED].enter_context(serving(address()))


def pytest_unconfigure(config) -> None:
    if started := config.stash.get(STARTED, None):
        started.close()


def address() -> Path:
    return run_folder() / "ranks"


@pytest.fixture(autouse=True)
def warm_ranks(request, monkeypatch):
    """Ranks are forked from the server, but those of tests that are marked `cold`."""
    if not request.node.get_closest_marker("cold"):
        for name, value in environment(address()).items():
            monkeypatch.setenv(name, value)
