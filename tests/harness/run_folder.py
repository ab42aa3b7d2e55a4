"""A folder that all processes of one run of the tests share, and no other run."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

VARIABLE = "SCALELAB_TEST_RUN"  # xdist's workers inherit it


def run_folder() -> Path:
    return Path(os.environ[VARIABLE])


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config) -> None:
    """Made by whoever starts the run: pytest itself, or the controller of xdist's workers."""
    if not hasattr(config, "workerinput"):
        os.environ[VARIABLE] = tempfile.mkdtemp(prefix="scalelab-tests-")


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.pop(VARIABLE, ""), ignore_errors=True)
