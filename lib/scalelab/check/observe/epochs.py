"""Tells of what a script does once an epoch: it shuffles, starts a data loader, tells a sampler the epoch.

A script that counts its steps may do the like at any time, and differently on each rank: that is left aside.
"""

import random
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.utils.data import DataLoader
from torch.utils.data.distributed import DistributedSampler

from scalelab.check.events import Mark
from scalelab.check.observe.observer import Rank

PLACES = [
    (torch, "randperm"),
    (DataLoader, "__iter__"),
    (DistributedSampler, "set_epoch"),
    (random, "shuffle"),
    (random.Random, "shuffle"),
    (np.random, "permutation"),
    (np.random, "shuffle"),
]
MOST_MARKS = 500


def install(rank: Rank) -> None:
    """Put an observer around each of PLACES, and around what numpy's newer generators do."""
    for owner, name in PLACES:
        setattr(owner, name, _observed(rank, name, getattr(owner, name)))
    made = np.random.default_rng

    class Generator(np.random.Generator):
        permutation = _observed(rank, "permutation", np.random.Generator.permutation)
        shuffle = _observed(rank, "shuffle", np.random.Generator.shuffle)

    np.random.default_rng = lambda *arguments, **options: Generator(made(*arguments, **options).bit_generator)


def _observed(rank: Rank, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    noted = 0

    def observed(*arguments: Any, **options: Any) -> Any:
        nonlocal noted
        frame = sys._getframe(1)
        if noted < MOST_MARKS and (where := rank.where(frame)) and rank.begins_epoch(frame):
            noted += 1
            rank.tell(Mark(rank.step, where, name))
        return original(*arguments, **options)

    return observed
