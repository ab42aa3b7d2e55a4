"""A script may end right after its last collective call."""

import pytest

from scalelab.launch import launch
from scalelab.launch.launch import Limits

# While the main thread computes, no other gets Python's lock: gloo's thread still needs it when the model goes.
SCRIPT = """import sys
import torch
import torch.distributed as dist
from torch.nn.parallel import DistributedDataParallel


def main():
    dist.init_process_group("gloo")
    model = DistributedDataParallel(torch.nn.Linear(2, 1))
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(4):
        optimizer.zero_grad()
        model(torch.randn(4, 2)).sum().backward()
        optimizer.step()
    sys.setswitchinterval(1000)
    dist.all_reduce(torch.ones(3))
    dist.destroy_process_group()


main()
"""


@pytest.mark.ranks
def test_ranks_end_that_have_just_made_a_collective_call(tmp_path):
    (tmp_path / "train.py").write_text(SCRIPT)
    outcome = launch(tmp_path / "train.py", workers=2, folder=tmp_path, limits=Limits(stall_seconds=20))
    assert outcome.ended == "finished", outcome.reason
