"""The best batch size, found by sliders: what the machine gives, what the learning gives, and their product."""

import numpy as np

from scalelab.analysis.scaling_laws.best_batch_size import best_batch_size, share_of_the_ideal
from scalelab.analysis.throughput.step_time import StepCost
from scalelab.figures.encoding import PREDICTION, SMALL, TITLE, batch_axis
from scalelab.figures.figure import new_figure
from scalelab.figures.moving import MovingFigure

SIZES = [2**power for power in range(17)]
FINE = np.geomspace(SIZES[0], SIZES[-1], 400)
MACHINE, TASK = "#0072b2", "#d55e00"


class MovingBatchSize:
    """Call it with the price of a step (ms), of an image (microseconds) and the critical batch size (images).

    Gives a PNG of images per second, learning per image and their product, and a sentence about the best batch size.
    """

    def __init__(self) -> None:
        figure, (left, right) = new_figure(1, 2, width=9, height=3.6)
        self.speed = left.plot([], [], color=MACHINE, linewidth=2, animated=True)[0]
        self.learning = left.plot([], [], "--", color=TASK, linewidth=2, animated=True)[0]
        self.product = right.plot([], [], color="black", linewidth=2, animated=True)[0]
        self.best = right.plot([], [], "o", color="black", markersize=9, animated=True)[0]
        self.saturated = [
            axes.plot([], [], line, color=colour, linewidth=1, animated=True)[0]
            for axes in (left, right)
            for colour, line in ((MACHINE, "-"), (TASK, "--"))
        ]
        left.plot([], [], color=MACHINE, label="images per second, of the most")
        left.plot([], [], "--", color=TASK, label="learning per image, of the most")
        figure.legend(frameon=False, fontsize=SMALL, loc="outside lower left", ncols=2)
        left.set_title("one rises, the other falls", **TITLE)
        right.set_title("learning per second, of the most that could be", **TITLE)
        for axes in (left, right):
            batch_axis(axes, SIZES)
            axes.set(ylim=(0, 1.05), xlim=(SIZES[0], SIZES[-1]))
        right.axhline(1, **PREDICTION | {"linestyle": ":"})
        self.moving = MovingFigure(figure)

    def __call__(self, per_step: float, per_image: float, critical: float) -> tuple[bytes, str]:
        cost = StepCost(1e-3 * per_step, 1e-6 * per_image)
        half, best = cost.half_batch, best_batch_size(cost, critical)
        self.speed.set_data(FINE, FINE / (FINE + half))
        self.learning.set_data(FINE, critical / (FINE + critical))
        self.product.set_data(FINE, share_of_the_ideal(FINE, half, critical))
        share = float(share_of_the_ideal(best, half, critical))
        self.best.set_data([best], [share])
        for place, line in enumerate(self.saturated):
            line.set_data([(half, critical)[place % 2]] * 2, [0, 1.05])
        picture = self.moving.png([*self.saturated, self.speed, self.learning, self.product, self.best])
        return picture, _sentence(half, critical, best, share)


def _sentence(half: float, critical: float, best: float, share: float) -> str:
    return (
        f"The machine has half of its speed at {half:,.0f} images (solid line), an image half of its worth at "
        f"{critical:,.0f} (dashed line). Best is {best:,.0f}, between them: {share:.0%} of what there would be "
        "without either limit."
    )
