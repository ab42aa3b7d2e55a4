"""What several families of findings need: whether fingerprints are equal, which calls average."""

from collections.abc import Sequence

AVERAGING = ("allreduce", "grouped_allreduce", "sparse_allreduce", "allgather", "reducescatter", "grouped_", "alltoall")
TOLERANCE = 1e-5  # relative to the sum of sizes; ranks that add in another order differ by less


def equal(fingerprints: Sequence[Sequence[float]], tolerance: float = TOLERANCE) -> bool:
    """Whether all are the same (scalelab.check.observe.fingerprint), or not comparable: of other length."""
    first, *others = fingerprints
    return all(len(other) != len(first) or _close(first, other, tolerance) for other in others)


def _close(first: Sequence[float], other: Sequence[float], tolerance: float) -> bool:
    for i in range(0, len(first), 2):
        size = max(first[i + 1], other[i + 1])
        if any(abs(first[i + k] - other[i + k]) > tolerance * size for k in (0, 1)):
            return False
    return True
