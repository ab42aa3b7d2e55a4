"""The gradient noise scale: the batch size at which a batch's gradient is as much noise as gradient.

McCandlish, Kaplan, Amodei and the OpenAI Dota team, "An empirical model of large-batch training", 2018,
arXiv:1812.06162; its appendix A.1.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from scalelab.errors import ScaleLabError


@dataclass(frozen=True)
class NoiseScale:
    """An estimate with its error.

    gradient: |G|^2, the squared length of the expected gradient; noise: tr(Sigma), the variance of the gradient of one
    example, summed over the weights; both unbiased. Examples that are drawn from a finite set without repeating stand
    for what the set was drawn from, so |G|^2 is that of the population, shorter than of the set. value:
    noise / gradient, in examples; error: its standard error. Where the gradient is lost in the noise `gradient` may
    come out negative, and `value` has no meaning.
    """

    gradient: float
    noise: float
    value: float
    error: float

    @property
    def known(self) -> bool:
        """Whether the estimate is more than twice its error."""
        return self.value > 2 * self.error


def noise_scale(small: npt.ArrayLike, large: npt.ArrayLike, batch_small: int, batch_large: int) -> NoiseScale:
    """From squared lengths of gradients of batches of two sizes, (steps,) each, measured at the same weights (eq. A.2).

    The expected squared length of a batch's gradient is |G|^2 + tr(Sigma) / B; two sizes give both unknowns. They are
    averaged over the steps before one is divided by the other, for a quotient of noisy numbers is biased; the error is
    that of the jackknife over the steps (Efron and Stein 1981).
    Raises ScaleLabError where the sizes are not in order or there are fewer than 2 steps.
    """
    of_small, of_large = np.asarray(small, dtype=float), np.asarray(large, dtype=float)
    if not 0 < batch_small < batch_large or len(of_small) < 2 or of_small.shape != of_large.shape:
        raise ScaleLabError(
            f"Expected two batch sizes, the smaller first, and as many lengths of each, 2 or more, but got "
            f"{batch_small} and {batch_large} with {len(of_small)} and {len(of_large)} lengths."
        )
    gradient = (batch_large * of_large - batch_small * of_small) / (batch_large - batch_small)
    noise = (of_small - of_large) / (1 / batch_small - 1 / batch_large)
    return NoiseScale(
        float(gradient.mean()), float(noise.mean()), float(noise.mean() / gradient.mean()),
        _jackknife_error(noise, gradient),
    )  # fmt: skip


def _jackknife_error(above: np.ndarray, below: np.ndarray) -> float:
    """The standard error of mean(above) / mean(below)."""
    count = len(above)
    without = (above.sum() - above) / (below.sum() - below)
    return float(np.sqrt((count - 1) / count * ((without - without.mean()) ** 2).sum()))


def squared_lengths(gradients: Sequence[Tensor], mean_over_ranks: Callable[[Tensor], Tensor]) -> tuple[float, float]:
    """Of the ranks' own gradients, on average, and of their mean: what `noise_scale` takes, for one step.

    gradients: this rank's own, of its own batch, not yet averaged; `mean_over_ranks` is `hvd.allreduce`. The large
    batch is that of all ranks together, so one step gives both for one exchange.
    """
    own = torch.cat([gradient.flatten() for gradient in gradients]).double()
    mean = mean_over_ranks(own)
    return float(mean_over_ranks(own @ own)), float(mean @ mean)
