"""Tells which examples a rank trains on: hashes of the images, the labels, and the indices they were drawn by.

No single one is enough. Augmented images never come twice; labels repeat; index 5 may be another image on each rank.
"""

import collections
import math
import sys
import zlib
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import torch
from torch.utils._pytree import tree_leaves
from torch.utils.data import dataloader

from scalelab.check.events import Batch, Evaluated
from scalelab.check.observe.hook import hook
from scalelab.check.observe.indexing import watch_indexing
from scalelab.check.observe.losses import watch_losses
from scalelab.check.observe.observer import Rank

MOST_VALUES = 4096  # of an image that are hashed
MOST_BATCHES = 20_000
MOST_EVALUATED = 30_000  # images
MOST_CANDIDATES = 16  # forwards that may share a backward


@dataclass
class Candidate:
    """A forward with gradients; it was a training batch if a backward passes through it."""

    rows: list[int]
    stream: int
    indices: list[int] = field(default_factory=list)
    labels: list[int] = field(default_factory=list)
    trained: bool = False


class Batches:
    """The forwards since the last backward; the batch among them is told when the backward has run."""

    def __init__(self, rank: Rank):
        self.rank = rank
        self.indices: list[int] = []
        self.given: torch.Tensor | None = None  # what the last drawing of examples gave
        self.candidates: collections.deque[Candidate] = collections.deque(maxlen=MOST_CANDIDATES)
        self.streams: dict[int, int] = {}
        self.noted = self.noted_evaluated = 0
        self.random_state: torch.Tensor | None = None  # of the generator, after a backward
        self.epochs: dict[tuple[int, str], Epochs] = collections.defaultdict(Epochs)

    def forward(self, module: torch.nn.Module, images: torch.Tensor) -> Candidate | None:
        """A forward with gradients on these images."""
        if not module.training:
            self.evaluate(images)
        if images.requires_grad or not images.ndim or not len(images):
            return None
        stream = self.streams.setdefault(id(module), len(self.streams))
        candidate = Candidate(hash_rows(images), stream)
        if len(self.indices) == len(images):
            candidate.indices = self.indices
        self.indices = []
        self.candidates.append(candidate)
        return candidate

    def evaluate(self, images: torch.Tensor) -> None:
        """A forward that is no training, as far as one can tell; beyond MOST_EVALUATED images the rows stay empty."""
        if images.ndim and self.noted_evaluated < 2 * MOST_EVALUATED:
            self.noted_evaluated += len(images)
            rows = hash_rows(images) if self.noted_evaluated <= MOST_EVALUATED else []
            self.rank.tell(Evaluated(self.rank.step, self.rank.where(sys._getframe(2)), rows))

    def loss(self, target: torch.Tensor) -> None:
        """A loss was computed against these labels: they are of the latest forward of their number."""
        for candidate in reversed(self.candidates):
            if target.ndim and len(target) == len(candidate.rows):
                plain = target.ndim == 1 and not target.is_floating_point()
                candidate.labels = candidate.labels or (target.tolist() if plain else hash_rows(target))
                return

    def finish(self) -> None:
        """A backward has run: tell of the batch that says most of itself, of those that it passed through."""
        trained = [candidate for candidate in self.candidates if candidate.trained] or self._given()
        if not trained:
            return
        self.candidates.clear()
        best = max(trained, key=lambda candidate: (bool(candidate.indices), bool(candidate.labels)))
        if self.noted < MOST_BATCHES:
            self.rank.tell(Batch(self.rank.step, best.rows, best.indices, best.labels, best.stream, self._drew()))
        self.noted += 1
        for kind in ("rows", "indices"):
            self.epochs[best.stream, kind].add(getattr(best, kind))

    def _drew(self) -> bool | None:
        """Whether random numbers were drawn since the backward before this; on a GPU nobody looks."""
        if not self.rank.in_full or torch.cuda.is_initialized():
            return None
        before, self.random_state = self.random_state, torch.get_rng_state()
        return None if before is None else not torch.equal(before, self.random_state)

    def _given(self) -> list[Candidate]:
        """For a model that is no module: the examples that were drawn last."""
        given, self.given = self.given, None
        if self.streams or given is None or not given.ndim:
            return []
        indices = self.indices if len(self.indices) == len(given) else []
        return [Candidate(hash_rows(given), 0, indices)]

    @property
    def into_second_epoch(self) -> bool:
        """Whether three batches of the second epoch have been seen."""
        counts = self.epochs.values()
        return any(epochs.number >= 1 and epochs.batches >= 3 or epochs.number >= 2 for epochs in counts)


class Epochs:
    """Counts epochs: one ends when half of a batch has been seen in it before."""

    def __init__(self) -> None:
        self.seen: set[int] = set()
        self.number = self.batches = 0

    def add(self, keys: list[int]) -> bool:
        """Count a batch; say whether it begins a new epoch."""
        again = bool(keys) and 2 * sum(key in self.seen for key in keys) >= len(keys)
        if again:
            self.seen, self.batches = set(), 0
            self.number += 1
        self.seen.update(keys)
        self.batches += 1
        return again


def install(rank: Rank) -> Batches:
    """Hook the losses, indexing by tensors, and the data loader; the forward is told by scalelab's model hook."""
    batches = Batches(rank)
    watch_losses(lambda _output, target, _loss, _summed: batches.loss(target))
    watch_indexing(partial(_tell_drawing, batches))
    _hook_loader(batches)
    return batches


def _tell_drawing(batches: Batches, tensor: torch.Tensor, key: object, result: torch.Tensor) -> None:
    if (numbers := _drawn(key)) and len(numbers) < len(tensor):
        batches.indices = numbers
        if tensor.is_floating_point():
            batches.given = result


def _drawn(key: object) -> list[int]:
    """The numbers of the examples that a tensor, an array or a list of integers asks for; else none."""
    if isinstance(key, torch.Tensor | np.ndarray):
        return key.tolist() if key.ndim == 1 and key.dtype in (torch.int64, np.int64) else []
    return key if isinstance(key, list) and key and type(key[0]) is int else []


def _hook_loader(batches: Batches) -> None:
    iterator = dataloader._BaseDataLoaderIter
    next_index, following = iterator._next_index, iterator.__next__

    def draw(self: Any) -> Any:
        drawn = next_index(self)
        self.__dict__.setdefault("_scalelab_drawn", collections.deque()).append(drawn)
        return drawn

    def give(self: Any) -> Any:
        batch = following(self)
        batches.given = next((leaf for leaf in tree_leaves(batch) if isinstance(leaf, torch.Tensor)), None)
        drawn = self.__dict__.get("_scalelab_drawn")
        if drawn:
            indices = drawn.popleft()
            numbered = isinstance(indices, list) and None not in indices  # a stream has no numbers
            batches.indices = [int(i) for i in indices] if numbered else []
        return batch

    hook(iterator, "_next_index", draw)
    hook(iterator, "__next__", give)


def hash_rows(tensor: torch.Tensor) -> list[int]:
    """One number an example, (len(tensor),): examples with the same values have the same. An empty batch has none."""
    rows = tensor.detach().reshape(len(tensor), math.prod(tensor.shape[1:]))
    rows = rows[:, :: max(1, rows.shape[1] // MOST_VALUES)].cpu().contiguous()
    rows = rows.float() if rows.dtype == torch.bfloat16 else rows
    return [zlib.crc32(row.tobytes()) for row in rows.numpy()]
