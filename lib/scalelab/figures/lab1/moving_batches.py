"""The surface that a batch sees, step by step: its own bowl, the bowl of all examples, and the path between them."""

import numpy as np

from scalelab.analysis.descent.quadratic import bowl
from scalelab.data.line import Line
from scalelab.figures.encoding import TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.moving import MovingFigure

STEPS = 40
LEVELS = np.linspace(0, 6, 10)[1:] ** 2 / 4  # loss above the lowest
ALL, BATCH = "0.7", "#0072b2"
START = (0.0, 0.0)


class MovingBatches:
    """Call it with a step, the exponent of a batch size (a power of 2) and a learning rate: a PNG and a sentence.

    Batches of one example have no bowl of their own, for a valley's floor has no end: they begin at two.
    """

    def __init__(self, line: Line, seed: int = 0):
        self.line, self.seed, self.whole = line, seed, bowl(line.x, line.y)
        figure, (left, right) = new_figure(1, 2, width=9, height=3.9)
        self.rings = [left.plot([], [], color=BATCH, linewidth=1, alpha=0.7, animated=True)[0] for _ in LEVELS]
        self.path = left.plot([], [], ".-", color="black", linewidth=1, animated=True)[0]
        self.lowest = left.plot([], [], "P", color=BATCH, markersize=9, animated=True)[0]
        for w, b in zip(*(self.whole.minimum[:, None, None] + self.whole.rings(LEVELS)), strict=True):
            left.plot(w, b, color=ALL, linewidth=0.7)
        left.plot(*self.whole.minimum, "*", color="#d55e00", markersize=14)
        side = np.array([-3.5, 3.5])
        left.set(xlabel="w", ylabel="b", aspect="equal")
        left.set(xlim=self.whole.minimum[0] + side, ylim=self.whole.minimum[1] + side)
        left.set_title("grey: all examples, blue: this batch", **TITLE)
        self.loss = right.plot([], [], ".-", color="black", linewidth=1, animated=True)[0]
        right.axhline(self.whole.lowest, color="black", linewidth=0.8)
        right.set(yscale="log", ylim=(0.8 * self.whole.lowest, 40), xlim=(0, STEPS), xlabel="updates")
        right.set(ylabel="loss of all examples")
        right.set_title("thin line: the lowest there is", **TITLE)
        self.moving = MovingFigure(figure)

    def __call__(self, step: int, exponent: int, lr: float) -> tuple[bytes, str]:
        batches = self._batches(2**exponent)
        path = self._walk(batches, lr)[: step + 1]
        seen = batches[min(step, STEPS - 1)]
        own = bowl(self.line.x[seen], self.line.y[seen])
        for line, w, b in zip(self.rings, *(own.minimum[:, None, None] + own.rings(LEVELS)), strict=True):
            line.set_data(w, b)
        self.lowest.set_data(*own.minimum[:, None])
        self.path.set_data(*path.T)
        self.loss.set_data(range(len(path)), np.clip(self.whole.loss(*path.T), None, 1e6))
        picture = self.moving.png([*self.rings, self.path, self.lowest, self.loss])
        away = float(np.linalg.norm(own.minimum - self.whole.minimum))
        return picture, (
            f"Update {step}, a batch of {len(seen)}: the lowest point of what it sees (plus) lies {away:.2f} from that "
            f"of all examples (star). The loss of all is {float(self.whole.loss(*path[-1])):.3f}."
        )

    def _batches(self, size: int) -> list[np.ndarray]:
        """As many as there are steps, from new shuffles."""
        random, count = np.random.default_rng(self.seed), len(self.line.x)
        per_epoch = max(1, count // size)
        order = np.concatenate([random.permutation(count)[: per_epoch * size] for _ in range(STEPS // per_epoch + 1)])
        return list(order.reshape(-1, min(size, count))[:STEPS])

    def _walk(self, batches: list[np.ndarray], lr: float) -> np.ndarray:
        """(w, b) at the start and after each update: (steps + 1, 2)."""
        places = [np.array(START)]
        for batch in batches:
            x, (w, b) = self.line.x[batch], places[-1]
            error = w * x + b - self.line.y[batch]
            places.append(np.clip(places[-1] - 2 * lr * np.array([np.mean(error * x), np.mean(error)]), -1e6, 1e6))
        return np.array(places)
