"""What holds for all tests; `harness/` decides which run at the same time, and how patient they are."""

import os
import signal

import pytest

from scalelab.launch.command import process_defaults

# Before torch is imported: several workers on two cores, each with as many threads as cores, wait for one another.
for name, value in ({"OMP_NUM_THREADS": "1"} | process_defaults()).items():
    os.environ.setdefault(name, value)

PARTS = ("collect", "run_folder", "cell_shows", "turns", "cores", "needs", "gpu", "order", "survivors", "warm.plugin")
pytest_plugins = [f"harness.{part}" for part in PARTS]


def pytest_configure() -> None:
    """Ctrl-C is heard, by what tests start as well: a shell has whatever it starts behind an `&` ignore it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> str:
    data = os.environ.get("SCALELAB_DATA")
    return f"images: {data}" if data else "images: the stand-in ($SCALELAB_DATA is not set)"


@pytest.fixture(scope="session", autouse=True)
def quiet_cores():
    """One thread a test process, whoever imported torch first."""
    import torch

    torch.set_num_threads(1)
