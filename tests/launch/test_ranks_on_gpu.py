"""Ranks that share a GPU learn what one rank learns from all of their images."""

import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from scalelab.launch.launch import launch

RANKS = Path(__file__).parents[2] / "bench" / "gpu" / "ranks.py"


def weights(ranks: int, folder: Path):
    folder.mkdir()
    outcome = launch(RANKS, ["cuda", "1000", str(folder)], ranks, folder=folder)
    assert outcome.ended == "finished", outcome.reason
    return load_file(folder / "weights.safetensors")


@pytest.mark.gpu
@pytest.mark.ranks
def test_two_ranks_on_one_gpu_learn_the_weights_of_one_rank(tmp_path):
    if subprocess.run([sys.executable, "-c", "import horovod.torch"], capture_output=True).returncode:
        pytest.skip("needs Horovod: make setup")
    one, two = weights(1, tmp_path / "one"), weights(2, tmp_path / "two")
    assert max(float((one[name] - two[name]).abs().max()) for name in one) < 1e-4
