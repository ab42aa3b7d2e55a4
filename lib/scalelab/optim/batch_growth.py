"""A batch that grows where the learning rate would fall (Smith, Kindermans, Ying and Le 2018, arXiv:1711.00489)."""

from collections.abc import Callable, Sequence


def grow_batch(
    batch_size: int, at: Sequence[int], factor: int = 4, largest: int | None = None
) -> Callable[[int], tuple[int, float]]:
    """epoch -> (batch size, factor of the learning rate): at each of the epochs `at` the batch grows by `factor`.

    The noise of SGD is about lr / B times a constant (their eq. 3), so a batch `factor` times as large does what a
    learning rate `factor` times smaller would, in fewer updates. Where the batch would exceed `largest` it stays, and
    the learning rate falls.

    Under Horovod every rank calls it with the epoch and hands the batch size to `scalelab.data.batches`; the partition
    does not depend on it, so all ranks go on having equally many batches.
    """

    def at_epoch(epoch: int) -> tuple[int, float]:
        size, lr_factor = batch_size, 1.0
        for _ in range(sum(epoch >= one for one in at)):
            if largest is None or size * factor <= largest:
                size *= factor
            else:
                lr_factor /= factor
        return size, lr_factor

    return at_epoch
