"""When do more workers pay? Efficiency and speed-up over their number, for a step and a link that sliders choose."""

import numpy as np

from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.moving import MovingFigure
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.scaling import Workload

WORKERS = 2 ** np.arange(11)
FINE = np.geomspace(1, WORKERS[-1], 300)
# Round numbers of real links: seconds of a message, bytes a second from one worker to the next.
LINKS = {
    "two processes on this laptop": (2e-4, 1.5e9),
    "10 Gb Ethernet": (5e-5, 1.1e9),
    "PCIe, in one machine": (2e-5, 2e10),
    "100 Gb InfiniBand": (5e-6, 1.1e10),
    "NVLink, in one machine": (5e-6, 3e11),
}


class MovingWorkers:
    """Call it with a link of LINKS, milliseconds a step computes, megabytes of the gradient, and per cent hidden.

    Gives a PNG and a sentence about 8 and 256 workers.
    """

    def __init__(self) -> None:
        figure, (left, right) = new_figure(1, 2, width=9, height=3.4)
        self.efficiency = left.plot([], [], color="#0072b2", linewidth=2, animated=True)[0]
        self.speedup = right.plot([], [], color="#0072b2", linewidth=2, animated=True)[0]
        right.plot(FINE, FINE, color="0.5", linewidth=0.8, linestyle=":")
        right.annotate("nothing lost", (200, 200), ha="right", va="bottom", size=SMALL, color="0.4")
        left.set(ylabel="scaling efficiency (%)", ylim=(0, 105))
        right.set(ylabel="times as fast as one worker", yscale="log", ylim=(0.5, 2000))
        left.set_title("what is left of each worker", **TITLE)
        right.set_title("what all do together", **TITLE)
        right.set_yticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
        for axes in (left, right):
            axes.set_xscale("log", base=2)
            axes.set_xticks(WORKERS[::2], [f"{k:,}" for k in WORKERS[::2]])
            axes.set(xlabel="workers", xlim=(1, WORKERS[-1]))
        self.moving = MovingFigure(figure)

    def __call__(self, link: str, compute: float, gradient: float, hidden: float) -> tuple[bytes, str]:
        cost, workload = MessageCost(*LINKS[link]), Workload(1e-3 * compute, 1e6 * gradient, hidden / 100)
        efficiency = workload.efficiency(cost, FINE)
        self.efficiency.set_data(FINE, 100 * efficiency)
        self.speedup.set_data(FINE, FINE * efficiency)
        picture = self.moving.png([self.efficiency, self.speedup])
        few, many = (workload.efficiency(cost, workers) for workers in (8, 256))
        two = 2 * workload.efficiency(cost, 2)
        pays = "A second worker pays" if two > 1 else "A second worker costs more than it brings"
        return picture, (
            f"{pays}: two do {two:.2f} times as much as one. 8 workers: {few:.0%} each, {8 * few:,.1f} times as fast. "
            f"256 workers: {many:.0%} each, {256 * many:,.0f} times."
        )
