"""The path of a descent that moves with a slider.

The contours of a quadratic bowl are ellipses with a known form, so none have to be searched for on a grid.
"""

from typing import Any

import numpy as np

from scalelab.analysis.descent.quadratic import Bowl, bowl
from scalelab.data.line import noisy_line
from scalelab.figures.figure import new_figure
from scalelab.figures.lab1.gradient_descent import ALL, BEST, TITLE
from scalelab.figures.moving import MovingFigure
from scalelab.train.descent import Path, descend

STEPS = 40
LEVELS = np.linspace(0, 8, 13)[1:] ** 2  # loss above the lowest


class MovingDescent:
    """Call it with a learning rate, a start and a noise: a PNG of the path and the loss, and a sentence about them.

    `law` holds the other arguments of `noisy_line`.
    """

    def __init__(self, **law: Any):
        self.law = law
        figure, (above, beside) = new_figure(1, 2, width=8.4, height=3.7)
        self.contours = [above.plot([], [], color="0.7", linewidth=0.8, animated=True)[0] for _ in LEVELS]
        self.best = above.plot([], [], animated=True, **BEST)[0]
        self.path = above.plot([], [], ".-", color=ALL, animated=True)[0]
        self.loss = beside.plot([], [], ".-", color=ALL, animated=True)[0]
        self.lowest = beside.plot([], [], color="black", linewidth=0.8, animated=True)[0]
        truth = noisy_line(**law)
        side = np.array([-5.0, 5.0])
        above.set(xlabel="w", ylabel="b", aspect="equal", xlim=truth.w + side, ylim=truth.b + side)
        above.set_title("the path over the contours of the loss", **TITLE)
        beside.set(xlabel="steps", ylabel="loss (mean squared error)", xlim=(0, STEPS), ylim=(0.05, 2e3), yscale="log")
        beside.set_title("the loss after each step (thin line: the lowest)", **TITLE)
        self.moving = MovingFigure(figure)

    def __call__(self, lr: float, w: float, b: float, noise: float) -> tuple[bytes, str]:
        line = noisy_line(noise=noise, **self.law)
        found = bowl(line.x, line.y)
        path = descend(line, lr, (w, b), STEPS)
        self._place(found, path)
        picture = self.moving.png([*self.contours, self.path, self.best, self.lowest, self.loss])
        return picture, _sentence(found, path, lr)

    def _place(self, found: Bowl, path: Path) -> None:
        rings = found.minimum[:, None, None] + found.rings(LEVELS)
        for line, w, b in zip(self.contours, *rings, strict=True):
            line.set_data(w, b)
        self.best.set_data(*found.minimum[:, None])
        self.path.set_data(np.clip(path.w, -1e6, 1e6), np.clip(path.b, -1e6, 1e6))  # Agg overflows far outside
        self.loss.set_data(range(STEPS + 1), np.nan_to_num(found.loss(path.w, path.b), nan=np.inf))
        self.lowest.set_data([0, STEPS], [found.lowest, found.lowest])


def _sentence(found: Bowl, path: Path, lr: float) -> str:
    edge = found.largest_stable_step
    relation = f"The learning rate is {lr / edge:.2f} of 2/L = {edge:.3f}"
    first, last = (float(found.loss(path.w[step], path.b[step])) for step in (0, -1))
    if not last <= 1.0001 * first:
        return f"{relation}: after {STEPS} steps the loss is higher than at the start, so the descent diverges."
    return f"{relation}: after {STEPS} steps the loss is {last:.3f}, and {found.lowest:.3f} is the lowest there is."
