"""The loss of a line in closed form: the mean squared error over (w, b) is a quadratic bowl.

    loss(w, b) = lowest + 1/2 d^T H d,    d = (w, b) - minimum

so three sums over the examples give the loss everywhere, with no further look at the data.
"""

from dataclasses import dataclass

import numpy as np

from scalelab.errors import ScaleLabError


@dataclass(frozen=True, eq=False)
class Bowl:
    """minimum: (2,), the best (w, b); lowest: the loss there; hessian: (2, 2), the same everywhere."""

    minimum: np.ndarray
    lowest: float
    hessian: np.ndarray

    def loss(self, w: np.ndarray | float, b: np.ndarray | float) -> np.ndarray:
        """Mean squared error at (w, b), broadcast; not finite where a diverged w or b makes it overflow."""
        with np.errstate(over="ignore", invalid="ignore"):
            dw, db = np.subtract(w, self.minimum[0]), np.subtract(b, self.minimum[1])
            along_w = self.lowest + 0.5 * self.hessian[0, 0] * dw * dw
            return along_w + db * (self.hessian[0, 1] * dw + 0.5 * self.hessian[1, 1] * db)

    def surface(self, w: np.ndarray, b: np.ndarray) -> np.ndarray:
        """The loss on a grid, in one evaluation: w (m,) and b (n,) give (n, m), as matplotlib's contour wants it."""
        return self.loss(np.asarray(w)[None, :], np.asarray(b)[:, None])

    @property
    def curvatures(self) -> np.ndarray:
        """(2,): the eigenvalues of the Hessian, the smaller one first."""
        return np.linalg.eigvalsh(self.hessian)

    @property
    def largest_stable_step(self) -> float:
        """2 / L, L the largest curvature: gradient descent with a longer step diverges (Nesterov 2004, 1.2.3)."""
        return float(2 / self.curvatures[1])

    @property
    def condition_number(self) -> float:
        """Largest curvature over smallest: 1 is a round bowl, a thousand a long narrow valley."""
        return float(self.curvatures[1] / self.curvatures[0])


def bowl(x: np.ndarray, y: np.ndarray) -> Bowl:
    """The bowl of the mean squared error of w x + b for the examples x (n,), y (n,).

    Raises ScaleLabError when all x are equal: then a whole line of (w, b) fits equally well.
    """
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    centred = x - x.mean()
    if not centred.any():
        raise ScaleLabError(f"Expected at least two different inputs but all {x.size} are equal; add another x.")
    w = centred @ y / (centred @ centred)
    b = y.mean() - w * x.mean()
    error = w * x + b - y
    hessian = 2 * np.array([[np.mean(x * x), x.mean()], [x.mean(), 1.0]])
    return Bowl(np.array([w, b]), float(np.mean(error * error)), hessian)
