"""Random streams that belong to their arguments, never to module state."""

import hashlib

import torch


def generator(*words: object) -> torch.Generator:
    """A CPU generator for this purpose, seed, epoch and rank: equal words give equal numbers, others unrelated ones.

    Hashed, because seed + epoch would make epoch 1 of seed 0 repeat epoch 0 of seed 1.
    """
    digest = hashlib.sha256(repr(words).encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:8], "big") >> 1)
