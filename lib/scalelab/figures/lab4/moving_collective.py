"""An all-reduce as it goes: who sends to whom at this moment, and what each worker's ports do over the whole time."""

from functools import lru_cache

import numpy as np
import torch
from matplotlib.collections import LineCollection, PolyCollection

from scalelab.figures.encoding import SMALL, TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.lab2.moving_workers import LINKS
from scalelab.figures.moving import MovingFigure
from scalelab.parallel.collectives.algorithms.halving_doubling import halving_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.recursive_doubling import recursive_doubling_all_reduce
from scalelab.parallel.collectives.algorithms.ring import ring_all_reduce
from scalelab.parallel.collectives.algorithms.server import server_all_reduce, sharded_server_all_reduce
from scalelab.parallel.collectives.algorithms.tree import tree_all_reduce
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.protocol import Collective
from scalelab.parallel.collectives.replay import Replay, replay
from scalelab.parallel.collectives.transcript import Transcript, write_down

FORMS: dict[str, Collective] = {
    "server": server_all_reduce,
    "sharded server": sharded_server_all_reduce,
    "tree": tree_all_reduce,
    "ring": ring_all_reduce,
    "recursive doubling": recursive_doubling_all_reduce,
    "halving and doubling": halving_doubling_all_reduce,
}
MOST_WORKERS = 16
ELEMENTS = 720720  # a multiple of every number of workers
OUT, IN = "#0072b2", "#d55e00"
HALF = 0.36  # of a worker's row


class MovingCollective:
    """Call it with a form of FORMS, workers, megabytes, a link, how many times as slow worker 1 is, and the moment in
    per cent of the whole. Gives a PNG and a sentence.
    """

    def __init__(self) -> None:
        figure, (left, right) = new_figure(1, 2, width=9.5, height=4.2, width_ratios=[1, 1.55])
        self.lines = LineCollection([], colors="0.75", linewidths=1, animated=True)
        self.under_way = left.plot([], [], "o", color=IN, markersize=7, animated=True)[0]
        self.workers = left.plot([], [], "o", color="black", markersize=17, animated=True)[0]
        self.names = [left.text(0, 0, "", color="white", ha="center", va="center", size=SMALL, animated=True)
                      for _ in range(MOST_WORKERS)]  # fmt: skip
        left.add_collection(self.lines)
        left.set(xlim=(-1.2, 1.2), ylim=(-1.2, 1.2), aspect="equal")
        left.set_axis_off()
        left.set_title("messages at this moment", **TITLE)
        self.out = PolyCollection([], facecolors=OUT, edgecolors="white", linewidths=0.4, animated=True)
        self.into = PolyCollection([], facecolors=IN, edgecolors="white", linewidths=0.4, animated=True)
        self.moment = right.axvline(0, color="black", linewidth=1, animated=True)
        for bars in (self.out, self.into):
            right.add_collection(bars)
        self.rows = [right.text(-1.5, 0, "", ha="right", va="center", size=SMALL, animated=True)
                     for _ in range(MOST_WORKERS)]  # fmt: skip
        self.whole = right.text(
            1, -0.075, "", ha="right", va="top", size=SMALL, transform=right.transAxes, animated=True
        )
        right.set(xlim=(0, 100), ylim=(1, 0), xlabel="time, % of the whole", yticks=[])
        right.set_ylabel("worker", labelpad=20)
        right.set_title("each worker's port: sends (above), receives (below)", **TITLE)
        self.moving = MovingFigure(figure)

    def __call__(
        self, form: str, workers: int, megabytes: float, link: str, slow: float, moment: float
    ) -> tuple[bytes, str]:
        transcript = _transcript(form, workers)
        latency, bandwidth = LINKS[link]
        scaled = MessageCost(latency, bandwidth * ELEMENTS / (1e6 * megabytes))  # of a vector of bytes
        run = replay(transcript, scaled, {1: slow} if slow > 1 else None)
        now = moment / 100 * run.seconds
        self._draw_circle(transcript, run, workers, now)
        self._draw_ports(transcript, run, scaled, slow)
        self.moment.set_xdata([moment, moment])
        circle = [self.lines, self.under_way, self.workers, *self.names[:workers]]
        self.whole.set_text(f"100 % are {1e3 * run.seconds:,.3g} ms")
        ports = [self.out, self.into, self.moment, self.whole, *self.rows[:workers]]
        return self.moving.png([*circle, *ports]), _sentence(form, transcript, run, now)

    def _draw_circle(self, transcript: Transcript, run: Replay, workers: int, now: float) -> None:
        angles = np.pi / 2 - 2 * np.pi * np.arange(workers) / workers
        places = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self.workers.set_data(*places.T)
        for number, name in enumerate(self.names[:workers]):
            name.set_position(tuple(places[number]))
            name.set_text(str(number))
        travelling = _travelling(run, now)
        ends = [(places[transcript.messages[k].sender], places[transcript.messages[k].receiver]) for k in travelling]
        self.lines.set_segments([np.stack(pair) for pair in ends])
        shares = [(now - run.leaves[k]) / (run.arrives[k] - run.leaves[k]) for k in travelling]
        heads = np.array([a + share * (b - a) for (a, b), share in zip(ends, shares, strict=True)]).reshape(-1, 2)
        self.under_way.set_data(*heads.T)

    def _draw_ports(self, transcript: Transcript, run: Replay, cost: MessageCost, slow: float) -> None:
        out, into = [], []
        for number, row in enumerate(self.rows[: transcript.size]):
            row.set_y((number + 0.5) / transcript.size)
            row.set_text(str(number))
        for k, message in enumerate(transcript.messages):
            slower = slow if 1 in (message.sender, message.receiver) else 1.0
            seconds = slower * message.bytes / cost.bandwidth
            times = np.array([run.leaves[k], run.arrives[k] - seconds]) / run.seconds
            out.append(_bar(times[0], seconds / run.seconds, message.sender, -HALF, transcript.size))
            into.append(_bar(times[1], seconds / run.seconds, message.receiver, HALF, transcript.size))
        self.out.set_verts(out)
        self.into.set_verts(into)


@lru_cache(maxsize=128)
def _transcript(form: str, workers: int) -> Transcript:
    return write_down(FORMS[form], [torch.ones(ELEMENTS, dtype=torch.int8)] * workers)


def _travelling(run: Replay, now: float) -> list[int]:
    return [int(k) for k in np.flatnonzero((run.leaves <= now) & (now < run.arrives))]


def _bar(start: float, length: float, worker: int, height: float, workers: int) -> np.ndarray:
    """The corners of a bar in a worker's row, on one side of its middle."""
    left, right = 100 * start, 100 * (start + length)
    middle, edge = (worker + 0.5) / workers, (worker + 0.5 + height) / workers
    return np.array([(left, middle), (right, middle), (right, edge), (left, edge)])


def _sentence(form: str, transcript: Transcript, run: Replay, now: float) -> str:
    busiest, travelling = transcript.busiest / ELEMENTS, len(_travelling(run, now))
    messages = "1 message travels" if travelling == 1 else f"{travelling} messages travel"
    return (
        f"{form[0].upper()}{form[1:]}, {transcript.size} workers: {transcript.rounds} rounds, "
        f"{1e3 * run.seconds:,.3g} ms. The busiest worker carries {busiest:.3g} times the vector. "
        f"At this moment {messages}."
    )
