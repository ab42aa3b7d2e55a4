"""What a training step costs by its batch size: something for every step, and something for every image in it."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class StepCost:
    """A step with B images takes `per_step` + B `per_image` seconds."""

    per_step: float
    per_image: float

    @property
    def ceiling(self) -> float:
        """Images per second that no batch size exceeds."""
        return 1 / self.per_image

    @property
    def half_batch(self) -> float:
        """The batch size with half of the ceiling: a step costs as much as its images do."""
        return self.per_step / self.per_image

    def images_per_second(self, batch_size: npt.ArrayLike) -> np.ndarray | float:
        """The speed at a batch size, or at an array of them."""
        images = np.asarray(batch_size, dtype=float)
        return images / (self.per_step + images * self.per_image)


def fit_step_cost(batch_sizes: npt.ArrayLike, images_per_second: npt.ArrayLike) -> StepCost:
    """The two costs that fit the measured speeds best, in relative error of the seconds a step takes.

    Where one of them comes out negative, as on a machine that was busy meanwhile, all is put down to the images.
    """
    sizes = np.asarray(batch_sizes, dtype=float)
    seconds = sizes / np.asarray(images_per_second, dtype=float)
    # Each equation is divided by its own seconds: otherwise the largest batches alone would decide.
    terms = np.stack([np.ones_like(sizes), sizes], axis=1) / seconds[:, None]
    (per_step, per_image), *_ = np.linalg.lstsq(terms, np.ones_like(sizes), rcond=None)
    if per_step < 0 or per_image <= 0:
        return StepCost(0.0, float(terms[:, 1].sum() / (terms[:, 1] ** 2).sum()))
    return StepCost(float(per_step), float(per_image))
