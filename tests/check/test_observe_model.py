"""Hurrying leaves the program as it is: a model that does more than give back its output is run as it is."""

import pytest
import torch

from scalelab.check.events import HURRIED, UNHURRIED
from scalelab.check.observe import model
from scalelab.check.observe.batches import Batches
from scalelab.check.observe.observer import FULL_STEPS, Rank


class KeepsWhatItComputed(torch.nn.Linear):
    def forward(self, x):
        self.kept = x.mean()
        return super().forward(x)


def with_a_hook():
    network = torch.nn.Sequential(torch.nn.Linear(4, 4), torch.nn.Linear(4, 2))
    network[0].register_forward_hook(lambda module, inputs, output: None)
    return network


@pytest.fixture
def rank(tmp_path, monkeypatch):
    monkeypatch.setattr(torch.nn.Module, "__call__", torch.nn.Module.__call__)  # put back at the end
    (tmp_path / "told").mkdir()
    made = Rank(tmp_path / "told", tmp_path / "train.py")
    yield made
    made.file.close()


def calls_that_compute(rank, network, slow=True, unhurried=False):
    """How many of five calls of a network computed something, when enough has been observed in full."""
    if unhurried:
        (rank.traces / UNHURRIED).touch()
    counted = []
    compute = network.forward
    network.forward = lambda x: counted.append(1) or compute(x)
    model.install(rank, Batches(rank))
    network(torch.randn(3, 4))
    rank.seconds = lambda: 60.0 if slow else 0.1
    for _ in range(FULL_STEPS + 1):
        rank.stepped(0, averaged=False)
    outputs = [network(torch.randn(3, 4)) for _ in range(5)]
    assert all(output.shape == outputs[0].shape for output in outputs)
    return len(counted) - 1


def test_a_plain_model_is_hurried_and_the_rank_leaves_a_note(rank):
    assert calls_that_compute(rank, torch.nn.Linear(4, 2)) == 0
    assert (rank.traces / f"{HURRIED}{rank.rank}").exists()


@pytest.mark.parametrize("make", [with_a_hook, lambda: KeepsWhatItComputed(4, 2)])
def test_one_that_does_more_than_give_back_its_output_is_not(rank, make):
    assert calls_that_compute(rank, make()) == 5
    assert not (rank.traces / f"{HURRIED}{rank.rank}").exists()


@pytest.mark.parametrize("how", [{"slow": False}, {"unhurried": True}])
def test_nor_is_one_that_need_not_be_or_must_not(rank, how):
    assert calls_that_compute(rank, torch.nn.Linear(4, 2), **how) == 5
