"""The loss of a line in closed form: the mean squared error over (w, b) is a quadratic bowl.

    loss(w, b) = lowest + 1/2 d^T H d,    d = (w, b) - minimum

so five sums over the examples (of x, x^2, y, x y and y^2) give the loss everywhere, with no further look at the data.
"""

from dataclasses import dataclass

import numpy as np

from scalelab.data.line import Line
from scalelab.errors import ScaleLabError
from scalelab.train.descent import descend


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
        dw, db = np.asarray(w) - self.minimum[0], np.asarray(b) - self.minimum[1]
        surface = np.add.outer(0.5 * self.hessian[1, 1] * db, self.hessian[0, 1] * dw)
        surface *= db[:, None]
        surface += self.lowest + 0.5 * self.hessian[0, 0] * dw * dw  # in place: one array is made, not five
        return surface

    def rings(self, excess: np.ndarray, points: int = 60) -> np.ndarray:
        """Contours without a search: (2, len(excess), points), w and b from the minimum, `excess` above the lowest.

        Half d^T H d = excess is an ellipse along the eigenvectors of H.
        """
        curvatures, directions = np.linalg.eigh(self.hessian)
        angle = np.linspace(0, 2 * np.pi, points)
        ring = directions @ (np.stack([np.cos(angle), np.sin(angle)]) * np.sqrt(2 / curvatures)[:, None])
        return np.sqrt(excess)[None, :, None] * ring[:, None, :]

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


def largest_step_seen(line: Line, start: tuple[float, float] = (0.0, 0.0), steps: int = 300) -> float:
    """The largest step that is stable by trying: by bisection, the longest after which the loss has not grown."""
    found, low, high = bowl(line.x, line.y), 0.0, 1.0
    first = found.loss(*start)

    def grows(lr: float) -> bool:
        path = descend(line, lr, start, steps)
        return not found.loss(path.w[-1], path.b[-1]) <= first

    while not grows(high):
        high *= 2
    while high - low > 1e-3 * high:
        middle = (low + high) / 2
        low, high = (low, middle) if grows(middle) else (middle, high)
    return low
