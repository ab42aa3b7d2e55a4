"""Seconds of an all-reduce in each of its forms, by what a message costs for itself and for its bytes (Hockney 1994).

With N workers and n bytes; latency a in seconds, bandwidth B in bytes a second. Many papers write a + n b, with b in
seconds a byte, 1 / B. Thakur, Rabenseifner and Gropp (2005), sections 4.4 and 4.5; Patarasuk and Yuan (2009).
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from scalelab.parallel.collectives.cost_model import MessageCost

Seconds = Callable[[MessageCost, npt.ArrayLike, npt.ArrayLike], np.ndarray]


def ring_seconds(cost: MessageCost, size: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """2 (N - 1) a + 2 (N - 1) / N n / B."""
    workers = np.asarray(workers)
    return 2 * (workers - 1) * cost.latency + _share(size, workers) / cost.bandwidth


def halving_doubling_seconds(cost: MessageCost, size: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """2 log2 N a + 2 (N - 1) / N n / B; for powers of two."""
    workers = np.asarray(workers)
    return 2 * np.log2(workers) * cost.latency + _share(size, workers) / cost.bandwidth


def recursive_doubling_seconds(cost: MessageCost, size: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """log2 N (a + n / B); for powers of two."""
    return np.log2(workers) * (cost.latency + np.asarray(size) / cost.bandwidth)


def tree_seconds(cost: MessageCost, size: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """2 log2 N (a + n / B)."""
    return 2 * np.ceil(np.log2(workers)) * (cost.latency + np.asarray(size) / cost.bandwidth)


def server_seconds(cost: MessageCost, size: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """2 a + 2 (N - 1) n / B: all bytes go through the server's port, in and out."""
    workers = np.asarray(workers)
    return np.minimum(2, 2 * (workers - 1)) * cost.latency + 2 * (workers - 1) * np.asarray(size) / cost.bandwidth


def sharded_server_seconds(cost: MessageCost, size: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """2 a + 2 (N - 1) / N n / B, if a message costs its sender no time of its own."""
    workers = np.asarray(workers)
    return np.minimum(2, 2 * (workers - 1)) * cost.latency + _share(size, workers) / cost.bandwidth


def hierarchical_seconds(
    inside: MessageCost, across: MessageCost, size: npt.ArrayLike, machines: npt.ArrayLike, per_machine: npt.ArrayLike
) -> np.ndarray:
    """A ring within each machine, then one between the machines for each worker's share, over a link that the machine's
    workers share.
    """
    sizes, per_machine = np.asarray(size, dtype=float), np.asarray(per_machine)
    return ring_seconds(inside, sizes, per_machine) + ring_seconds(across, sizes, machines)


def bus_bandwidth(size: npt.ArrayLike, seconds: npt.ArrayLike, workers: npt.ArrayLike) -> np.ndarray:
    """Bytes a second that each link carried: size / seconds times 2 (N - 1) / N, the "busbw" of nccl-tests.

    It does not hang on N where the links are the limit, and so can be held against what the hardware promises.
    """
    return _share(size, np.asarray(workers)) / np.asarray(seconds)


def bandwidth_to_hide(size: float, seconds: float, workers: float = np.inf) -> float:
    """Bytes a second that a link must carry for an all-reduce of `size` bytes to take no longer than `seconds`.

    Goyal and others (2017), section 4: twice the gradient, for many workers.
    """
    share = 2.0 if np.isinf(workers) else 2 * (workers - 1) / workers
    return share * size / seconds


def _share(size: npt.ArrayLike, workers: np.ndarray) -> np.ndarray:
    """Bytes that nobody can do without: 2 (N - 1) / N n."""
    return 2 * (workers - 1) / workers * np.asarray(size, dtype=float)


FORMS: dict[str, Seconds] = {
    "ring": ring_seconds,
    "halving and doubling": halving_doubling_seconds,
    "recursive doubling": recursive_doubling_seconds,
    "tree": tree_seconds,
    "server": server_seconds,
    "sharded server": sharded_server_seconds,
}
