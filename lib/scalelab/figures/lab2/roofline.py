"""A worker against its machine: the roofline, what each change of a step gives, and the trap of efficiency."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from scalelab.analysis.throughput.roofline import MachineLimits, Work
from scalelab.figures.encoding import SMALL, TITLE, Style
from scalelab.figures.figure import new_figure

BLUE, RED = "#0072b2", "#d55e00"
KINDS: dict[str, Style] = {
    "convolutions, as it is": {"marker": "o", "color": BLUE, "markerfacecolor": "white"},
    "convolutions, channels-last": {"marker": "o", "color": BLUE},
    "other layers, as it is": {"marker": "s", "color": RED, "markerfacecolor": "white"},
    "other layers, channels-last": {"marker": "s", "color": RED},
}


def draw_roofline(limits: MachineLimits, works: Mapping[str, Sequence[Work]]) -> Figure:
    """The roof of the machine, and each work at its intensity; `works` by kind, as in KINDS."""
    figure, axes = new_figure(width=8, height=4.6)
    everything = [work for group in works.values() for work in group]
    intensities, speeds = [work.intensity for work in everything], [work.flops / 1e9 for work in everything]
    x = np.geomspace(min(intensities) / 2, 8 * max(*intensities, limits.ridge), 400)
    axes.set(xscale="log", yscale="log", xlim=(x[0], x[-1]), ylim=(min(speeds) / 3, 4 * limits.flops / 1e9))
    axes.set(xlabel="intensity (FLOP for a byte)", ylabel="GFLOP a second")
    for name, speed, line in (("memory", limits.bandwidth, "-"), ("caches", limits.cache, "--")):
        roof = [limits.attainable(one, cached=name == "caches") / 1e9 for one in x]
        axes.plot(x, roof, line, color="black", linewidth=1.4, label=f"{name}: {speed / 1e9:,.0f} GB a second")
    for kind, group in works.items():
        places = [work.intensity for work in group], [work.flops / 1e9 for work in group]
        axes.plot(*places, linestyle="none", label=kind, **KINDS[kind])
    words = f"arithmetic: {limits.flops / 1e9:,.0f} GFLOP a second"
    axes.annotate(
        words, (x[-1], limits.flops / 1e9), xytext=(0, 16), textcoords="offset points", ha="right", size=SMALL
    )
    axes.legend(loc="lower right", frameon=False, fontsize=SMALL)
    return figure


def draw_changes(speeds: Mapping[str, np.ndarray]) -> Figure:
    """Images a second with each change beside those of the first: a dot for each round, a bar for the median."""
    figure, axes = new_figure(width=8, height=1.2 + 0.42 * len(speeds))
    base = next(iter(speeds.values()))
    for row, rounds in enumerate(speeds.values()):
        ratios = np.asarray(rounds) / np.asarray(base)
        axes.barh(row, np.median(ratios), 0.6, color="0.8")
        axes.plot(ratios, [row] * len(ratios), "o", color="black", markersize=3)
        text = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "size": SMALL}
        axes.annotate(f"{np.median(ratios):.2f}", (max(ratios), row), **text)
    axes.set_yticks(range(len(speeds)), list(speeds))
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.margins(x=0.1)
    axes.set(xlabel="images a second, beside the step as it is", xlim=(0, None))
    return figure


def draw_trap(workers: Sequence[int], steps: Mapping[str, float], exchange: Mapping[int, float], images: int) -> Figure:
    """Left the scaling efficiency, right the images a second of workers whose steps take `steps` seconds each.

    The exchange takes `exchange[K]` seconds a step among K workers, whoever computes.
    """
    figure, (left, right) = new_figure(1, 2, width=9, height=3.4)
    for (name, step), style in zip(steps.items(), ({"color": RED}, {"color": BLUE}), strict=True):
        took = np.array([step + exchange[k] for k in workers])
        left.plot(workers, 100 * step / took, marker="o", label=name, **style)
        right.plot(workers, images * np.array(workers) / took, marker="o", label=name, **style)
    left.set(ylabel="scaling efficiency (%)", ylim=(0, 105))
    right.set(ylabel="images a second", ylim=(0, None))
    right.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    left.legend(loc="lower left", frameon=False, fontsize=SMALL)
    right.legend(loc="upper left", frameon=False, fontsize=SMALL)
    left.set_title("the slow worker looks better", **TITLE)
    right.set_title("the fast worker is better", **TITLE)
    for axes in (left, right):
        axes.set_xscale("log", base=2)
        axes.set_xticks(list(workers), [str(k) for k in workers])
        axes.set_xlabel("workers")
    return figure
