"""What is told of the script's calls of Horovod, and what is only counted."""

import threading

import pytest
import torch

from scalelab.check.observe.horovod import _observed
from scalelab.check.observe.observer import Rank

GRADIENT = torch.ones(3, 4)


@pytest.fixture
def rank(tmp_path, monkeypatch):
    rank = Rank(tmp_path, tmp_path / "train.py")
    told = []
    monkeypatch.setattr(Rank, "tell", lambda self, event: told.append(event))
    rank.heard = told
    yield rank
    rank.file.close()


def called_by(module, rank):
    """A function of that module that calls an observed allreduce_async_."""
    names = {"__name__": module, "allreduce_async_": _observed(rank, "allreduce_async_", lambda tensor: tensor)}
    exec("def call(tensor): return allreduce_async_(tensor)", names)
    return names["call"]


def test_a_call_of_the_script_is_told(rank):
    assert called_by("__main__", rank)(GRADIENT) is GRADIENT
    assert [(call.name, call.elements, call.wrapped) for call in rank.heard] == [("allreduce_async_", 12, False)]
    assert rank.exchanged == 0


@pytest.mark.parametrize("of_its_own", [False, True], ids=["main thread", "a thread of the backward"])
def test_calls_of_horovods_optimizer_are_added_up_whichever_thread_makes_them(rank, of_its_own):
    call = called_by("horovod.torch.optimizer", rank)
    for _ in range(2):
        if of_its_own:
            thread = threading.Thread(target=call, args=(GRADIENT,))
            thread.start()
            thread.join()
        else:
            call(GRADIENT)
    assert rank.exchanged == 24
    assert rank.heard == []


def test_what_horovod_calls_within_a_call_is_its_own_business(rank):
    rank.quiet = 1
    called_by("horovod.torch.optimizer", rank)(GRADIENT)
    called_by("__main__", rank)(GRADIENT)
    assert (rank.exchanged, rank.heard) == (0, [])
