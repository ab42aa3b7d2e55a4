"""Momentum on a ravine, by sliders: the path, and what is left along each of its two directions."""

import numpy as np

from scalelab.analysis.descent.momentum import best_momentum, momentum_path, shrinking_factor, steps_to
from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.moving import MovingFigure

STEPS = 60
TURN = np.deg2rad(25)
AXES = np.array([[np.cos(TURN), np.sin(TURN)], [-np.sin(TURN), np.cos(TURN)]])  # rows: along the floor, across it
START = np.array([4.0, 1.6])  # along, across
STEEP, FLAT = "#d55e00", "#0072b2"
LEVELS = np.linspace(0.4, 3.2, 8) ** 2
ROUND = np.linspace(0, 2 * np.pi, 120)


class MovingMomentum:
    """Call it with a learning rate, a momentum and a condition number (curvatures 1 along the floor, kappa across it).

    Gives a PNG and a sentence.
    """

    def __init__(self) -> None:
        figure, (left, right) = new_figure(1, 2, width=9, height=3.8)
        self.rings = [left.plot([], [], color="0.75", linewidth=0.8, animated=True)[0] for _ in LEVELS]
        self.path = left.plot([], [], ".-", color="black", linewidth=1, animated=True)[0]
        for axis, colour, words in ((AXES[0], FLAT, "along the floor"), (AXES[1], STEEP, "across")):
            left.plot(*np.outer(axis, [-5, 5]), color=colour, linewidth=0.8)
            left.annotate(words, 4.2 * axis if colour == FLAT else 2.6 * axis, color=colour, size=SMALL)
        left.plot(0, 0, "*", color="black", markersize=12)
        left.set(xlim=(-5, 5), ylim=(-3.2, 3.2), xlabel="w", ylabel="b", aspect="equal")
        left.set_title("the path through the ravine", **TITLE)
        self.left_over = [
            right.plot([], [], style, color=colour, animated=True)[0] for colour, style in ((FLAT, "-"), (STEEP, "--"))
        ]
        right.set(yscale="log", ylim=(1e-4, 30), xlim=(0, STEPS), xlabel="steps", ylabel="distance from the minimum")
        right.set_title("along the floor (solid), across (dashed)", **TITLE)
        self.moving = MovingFigure(figure)

    def __call__(self, lr: float, momentum: float, kappa: float) -> tuple[bytes, str]:
        curvatures = np.array([1.0, kappa])
        places = np.clip(momentum_path(lr, momentum, curvatures, START, STEPS), -1e6, 1e6)
        self.path.set_data(*(places @ AXES).T)
        for level, line in zip(LEVELS, self.rings, strict=True):
            ellipse = np.stack([np.cos(ROUND), np.sin(ROUND) / np.sqrt(kappa)], axis=1) * np.sqrt(2 * level)
            line.set_data(*(ellipse @ AXES).T)
        for line, distances in zip(self.left_over, np.abs(places).T, strict=True):
            line.set_data(range(STEPS + 1), np.maximum(distances, 1e-12))
        picture = self.moving.png([*self.rings, self.path, *self.left_over])
        return picture, _sentence(lr, momentum, kappa)


def _sentence(lr: float, momentum: float, kappa: float) -> str:
    floor, across = (shrinking_factor(lr, momentum, curvature) for curvature in (1.0, kappa))
    best_lr, best = best_momentum(kappa, 1.0)
    least = f"At best, {steps_to(1e-3, (kappa - 1) / (kappa + 1)):.0f} without momentum"
    least += f" and {steps_to(1e-3, best**0.5):.0f} with it (rate {best_lr:.3f}, momentum {best:.2f})."
    if max(floor, across) >= 1:
        return f"It does not come to rest: the step is too long for the steep direction. {least}"
    slower = "along the floor" if floor > across else "across"
    steps = steps_to(1e-3, max(floor, across))
    return f"A thousandth of the way is left after about {steps:.0f} steps, slowest {slower}. {least}"
