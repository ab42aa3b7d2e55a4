"""Schedules that each rank decides for itself, or that are longer than the training."""

import pytest

from scalelab.check.events import Plateau
from scalelab.check.findings.schedules import find
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.calls import ScriptCalls, read_calls
from scalelab.check.source.lr_scaling import LRScaling


def ranks(*metrics):
    """The metrics that each rank gives, in turn."""
    return [RankEvents(rank, [Plateau(10 * k, "train.py, line 9", value) for k, value in enumerate(own)])
            for rank, own in enumerate(metrics)]  # fmt: skip


def said(events, calls=ScriptCalls(), scaling=LRScaling()):  # noqa: B008  (frozen)
    return [finding.message for finding in find(events, scaling, calls)]


def test_a_plateau_that_each_rank_sees_for_itself():
    assert said(ranks([0.5, 0.4], [0.5, 0.4])) == []
    assert said(ranks([0.5], [0.5 * (1 + 1e-9)])) == []
    assert "0.4 on rank 0 and 0.45 on rank 1" in said(ranks([0.5, 0.4], [0.5, 0.45]))[0]
    assert "0.5 on rank 0 and 0.3 on rank 2" in said(ranks([0.5], [0.5], [0.3]))[0]


SCRIPT = """
import math
import horovod.torch as hvd
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

def main(data, epochs):
    sampler = DistributedSampler(data, hvd.size(), hvd.rank())
    loader = DataLoader(data, BATCH, sampler=sampler)
    steps = LENGTH
    schedule = torch.optim.lr_scheduler.SCHEDULE
"""


@pytest.mark.parametrize(("length", "long"), [
    ("math.ceil(len(data) / 32)", True),
    ("len(data) // 32", True),
    ("len(loader)", False),
    ("len(data) // (32 * hvd.size())", False),
    ("len(sampler) // 32", False),
    ("1000", False),
])  # fmt: skip
@pytest.mark.parametrize("schedule", [
    "OneCycleLR(optimizer, 0.1, total_steps=steps * epochs)", "CosineAnnealingLR(optimizer, steps * epochs)",
    "OneCycleLR(optimizer, max_lr=0.1, epochs=epochs, steps_per_epoch=steps)",
    "LambdaLR(optimizer, lambda step: 1 - step / (steps * epochs))",
])  # fmt: skip
def test_a_schedule_that_counts_everybodys_batches(length, long, schedule, tmp_path):
    text = SCRIPT.replace("LENGTH", length).replace("SCHEDULE", schedule).replace("BATCH", "32")
    (tmp_path / "train.py").write_text(text)
    calls = read_calls(tmp_path / "train.py")
    assert (calls.long_schedule is not None) == long
    assert len(said(ranks(), calls)) == long
    assert said(ranks(), calls, LRScaling(batch_divided=True)) == []  # len / the batch of all ranks is the rank's own
