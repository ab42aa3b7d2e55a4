"""Tests are collected quickly: without the garbage collector, which finds none, and with the bytecode of the last run.

Every process of a run collects all tests, so that this is what stands between a command and its first test.
"""

import gc
import os
import sys

import pytest


def pytest_configure() -> None:
    """Bytecode is kept, whatever the environment says: hundreds of processes would compile the same files."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.hookimpl(wrapper=True)
def pytest_collection():
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()  # what was loaded stays to the end
        gc.enable()
