"""The ring all-reduce, message by message: every worker ends with the sum of all, and sends to its neighbour only.

Patarasuk and Yuan (2009), "Bandwidth optimal all-reduce algorithms for clusters of workstations"; Horovod took it up
(Sergeev and Del Balso 2018, arXiv:1802.05799).
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Ring:
    """`holds[t, w, c]` is how many workers' numbers are added up in piece c of worker w after t rounds of messages.

    `sent[t, w]` is the piece that worker w sent to worker w + 1 in round t; `elements_sent` by each in all rounds.
    """

    sums: np.ndarray
    holds: np.ndarray
    sent: np.ndarray
    elements_sent: np.ndarray

    @property
    def rounds(self) -> int:
        """In how many rounds the ring was done."""
        return len(self.sent)


def ring_allreduce(values: np.ndarray) -> Ring:
    """Sum `values` (K workers, n elements) over the workers in 2 (K - 1) rounds; n is a multiple of K.

    In the first K - 1 rounds a piece that arrives is added, in the others it takes the place of what was there.
    """
    workers, elements = values.shape
    pieces = values.reshape(workers, workers, elements // workers).astype(float)
    counts = np.ones((workers, workers), int)
    holds, sent, everyone = [counts.copy()], [], np.arange(workers)
    for number in range(2 * (workers - 1)):
        adding = number < workers - 1
        piece = (everyone - number) % workers
        carried, carried_counts = pieces[everyone, piece].copy(), counts[everyone, piece].copy()
        to = (everyone + 1) % workers
        pieces[to, piece] = carried + (pieces[to, piece] if adding else 0)
        counts[to, piece] = carried_counts + (counts[to, piece] if adding else 0)
        holds.append(counts.copy())
        sent.append(piece)
    each = len(sent) * (elements // workers)
    return Ring(
        pieces.reshape(workers, elements), np.array(holds), np.array(sent).reshape(-1, workers), np.full(workers, each)
    )
