"""The mean gradient of two ranks is the gradient of their batches together."""

import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file
from torch.testing import assert_close

from scalelab.launch import launch
from scalelab.launch.launch import Limits

pytestmark = [pytest.mark.ranks, pytest.mark.together("tests/launch/test_equal_results.py")]


def weights(folder: Path, rank: int = 0):
    return load_file(folder / f"rank-{rank}.safetensors")


@pytest.fixture(scope="module")
def one_worker(scripts, tmp_path_factory):
    """Weights after twenty steps of one rank with batches of 64."""
    folder = tmp_path_factory.mktemp("one")
    outcome = launch(scripts / "twenty_steps.py", [str(folder)], 1, limits=Limits(seconds=600))
    assert outcome.ended == "finished", outcome.reason
    return weights(folder)


def test_two_ranks_of_32_images_equal_one_of_64(scripts, tmp_path, one_worker):
    outcome = launch(scripts / "twenty_steps.py", [str(tmp_path)], 2, limits=Limits(seconds=600))
    assert outcome.ended == "finished", outcome.reason
    assert_close(weights(tmp_path, 0), weights(tmp_path, 1), rtol=0, atol=0)
    assert_close(weights(tmp_path), one_worker, rtol=0, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [4, pytest.param(8, marks=pytest.mark.one_in(4))])
def test_more_ranks_than_cores_compute_the_same(scripts, tmp_path, one_worker, monkeypatch, workers):
    monkeypatch.setattr(sys.modules["scalelab.launch.launch"], "cores", lambda: 2.0)
    outcome = launch(scripts / "twenty_steps.py", [str(tmp_path)], workers, limits=Limits(seconds=600))
    assert outcome.ended == "finished", outcome.reason
    assert "They shared 2 cores: what they computed counts" in outcome.reason
    for rank in range(1, workers):
        assert_close(weights(tmp_path, 0), weights(tmp_path, rank), rtol=0, atol=0)
    assert_close(weights(tmp_path), one_worker, rtol=0, atol=1e-5)


@pytest.mark.slow
def test_mpirun_gives_the_same_from_the_same_file(scripts, tmp_path, one_worker, need):
    import horovod.torch as hvd

    need("mpirun")
    if not hvd.mpi_built():
        pytest.skip("needs Horovod with MPI: `make setup`, which builds it anew")
    options = ["--allow-run-as-root", "--oversubscribe", "-np", "2", "-x", "OMP_NUM_THREADS=1"]
    command = ["mpirun", *options, sys.executable, str(scripts / "twenty_steps.py"), str(tmp_path)]
    subprocess.run(command, check=True, timeout=600, stdin=subprocess.DEVNULL)
    assert_close(weights(tmp_path), one_worker, rtol=0, atol=1e-5)


def test_calls_in_any_order_and_at_any_time_come_together(scripts, tmp_path):
    """Horovod agrees on what is ready on all ranks, also where a rank keeps silent with nothing outstanding."""
    heard = []
    outcome = launch(
        scripts / "orders.py",
        workers=3,
        folder=tmp_path,
        limits=Limits(seconds=600),
        watch=lambda progress: heard.extend(line.text for line in progress.lines),
    )
    assert outcome.ended == "finished", outcome.reason
    assert heard.count("all in order") == 3
