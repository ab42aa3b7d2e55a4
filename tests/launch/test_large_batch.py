"""Layer-wise optimizers, norms over all ranks and a growing batch under Horovod: K ranks do what one would."""

import pytest
from safetensors.torch import load_file
from torch.testing import assert_close

from scalelab.launch import launch
from scalelab.launch.launch import Limits

pytestmark = [pytest.mark.ranks, pytest.mark.together("tests/launch/test_large_batch.py")]


@pytest.fixture(scope="module")
def trained(scripts, tmp_path_factory):
    """{workers: the folder of their weights}"""
    folders = {}
    for workers in (1, 2):
        folders[workers] = tmp_path_factory.mktemp(f"workers-{workers}")
        outcome = launch(scripts / "large_batch.py", [folders[workers]], workers, limits=Limits(seconds=600))
        assert outcome.ended == "finished", outcome.reason
    return folders


@pytest.mark.parametrize("name", ["LARS", "LARC", "LAMB", "NovoGrad"])
def test_two_ranks_with_half_of_each_batch_are_one_with_all_of_it(name, trained):
    """Running statistics of the norms included, for those are over all ranks, too."""
    one = load_file(trained[1] / f"{name}-0.safetensors")
    two, other = (load_file(trained[2] / f"{name}-{rank}.safetensors") for rank in (0, 1))
    assert_close(two, other, rtol=0, atol=0)
    assert_close(two, one, rtol=1e-4, atol=1e-5)
