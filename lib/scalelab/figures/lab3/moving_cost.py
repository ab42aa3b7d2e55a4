"""One slider for the batch size, four things that move: steps, images, seconds with K workers, and what they cost."""

import numpy as np

from scalelab.analysis.scaling_laws.critical_batch_size import StepsCurve
from scalelab.analysis.throughput.step_time import StepCost
from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.moving import MovingFigure

SIZES = 2.0 ** np.arange(3, 15)
FINE = np.geomspace(SIZES[0], SIZES[-1], 200)
PANELS = ("steps", "images", "seconds", "worker-hours")


class MovingCost:
    """Call it with the exponents of a batch size and of a number of workers (powers of 2): a PNG and a sentence.

    `curve` says how many steps a batch size needs, `cost` what a step costs a worker; each takes a K-th of the batch.
    """

    def __init__(self, curve: StepsCurve, cost: StepCost):
        self.curve, self.cost = curve, cost
        figure, panels = new_figure(1, 4, width=11, height=2.9)
        self.lines = [axes.plot([], [], color="0.5", linewidth=1.2, animated=True)[0] for axes in panels]
        self.dots = [axes.plot([], [], "o", color="#d55e00", markersize=9, animated=True)[0] for axes in panels]
        for axes, name, (low, high) in zip(panels, PANELS, self._ranges(), strict=True):
            axes.set(xscale="log", yscale="log", xlim=(FINE[0], FINE[-1]), ylim=(0.7 * low, 1.5 * high))
            axes.set_title(name, **TITLE)
            axes.set_xlabel("batch size", fontsize=SMALL)
            axes.axvline(curve.critical, color="black", linewidth=0.6, linestyle=":")
        self.moving = MovingFigure(figure)

    def __call__(self, exponent: int, workers: int) -> tuple[bytes, str]:
        size, count = 2.0**exponent, 2**workers
        for values, here, line, dot in zip(
            self.four(FINE, count), self.four(np.array([size]), count), self.lines, self.dots, strict=True
        ):
            line.set_data(FINE, values)
            dot.set_data([size], here)
        picture = self.moving.png([*self.lines, *self.dots])
        steps, images, seconds, hours = (float(one[0]) for one in self.four(np.array([size]), count))
        return picture, (
            f"{size:,.0f} images a step on {count} workers: {steps:,.0f} steps, {images:,.0f} images, {seconds:,.0f} s "
            f"and {hours:.2g} worker-hours. The dotted line is the knee, at {self.curve.critical:,.0f}."
        )

    def four(self, sizes: np.ndarray, workers: int) -> tuple[np.ndarray, ...]:
        """Steps, images, seconds and worker-hours to the target at these batch sizes."""
        steps = np.asarray(self.curve.steps(sizes))
        seconds = steps * (self.cost.per_step + sizes / workers * self.cost.per_image)
        return steps, steps * sizes, seconds, seconds * workers / 3600

    def _ranges(self) -> list[tuple[float, float]]:
        """Of each quantity, over all batch sizes and 1 to 64 workers."""
        ends = [self.four(FINE, workers) for workers in (1, 64)]
        return [(min(a.min(), b.min()), max(a.max(), b.max())) for a, b in zip(*ends, strict=True)]
