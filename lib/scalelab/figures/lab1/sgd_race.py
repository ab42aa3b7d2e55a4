"""Runs against each other: batch sizes by updates, epochs and time; fixed learning rates and a decaying one."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure

from scalelab.analysis.descent.sgd_runs import Race, updates_until
from scalelab.analysis.evidence.comparison import compare
from scalelab.analysis.gradient_noise.batch_gradient import exponent
from scalelab.figures.encoding import SMALL, TITLE, batch_axis, batch_colour, draw_spread, draw_target
from scalelab.figures.figure import new_figure

RATES = ("#e69f00", "#0072b2", "black")  # Okabe and Ito 2008


def draw_race(races: Sequence[Race], target: float) -> Figure:
    """The mean excess of each batch size against updates, epochs and time; the first at the target gets a ring."""
    figure, axes = new_figure(1, 3, width=10, height=3.9, sharey=True)
    sizes = [one.batch_size for one in races]
    against = {"updates": lambda one: one.updates, "epochs": lambda one: one.epochs, "seconds": lambda one: one.clock}
    for panel, (unit, position) in zip(axes, against.items(), strict=True):
        ends = []
        for one in races:
            colour, mean = batch_colour(one.batch_size, sizes), one.excess.mean(axis=0)
            place, last = position(one), _until(one, target)
            panel.plot(place[1 : last + 1], mean[1 : last + 1], color=colour, linewidth=2, label=_name(one))
            panel.plot(place[last], mean[last], "o", color=colour, markersize=5)
            ends.append((place[last], mean[last]))
        first, last_place = min(ends)[0], max(ends)[0]
        for end, height in ends:
            if end == first:
                panel.plot(end, height, "o", color="black", fillstyle="none", markersize=13, markeredgewidth=1.6)
        panel.set(xscale="log", yscale="log", xlabel=unit)
        panel.set_xlim(None, 15 * last_place)  # room for the target's name
        draw_target(panel, target)
        panel.set_title(f"against {unit}", **TITLE)
    axes[0].set_ylabel("loss above the lowest, mean of the runs")
    axes[0].legend(title="batch size", frameon=False, fontsize=SMALL, title_fontsize=SMALL, loc="upper right")
    return figure


def draw_race_repeats(races: Sequence[Race], target: float) -> Figure:
    """Updates, epochs and seconds to the target against batch size, with the spread over groups of runs.

    The lowest has a ring, and all that cannot be told from it.
    """
    figure, axes = new_figure(1, 3, width=10, height=3.2)
    sizes = [one.batch_size for one in races]
    needed = [one.until(target) for one in races]
    for panel, unit in zip(axes, ("updates", "epochs", "seconds"), strict=True):
        samples = np.stack([one[unit] for one in needed], axis=1)
        panel.set_yscale("log")
        draw_spread(panel, sizes, samples, color="0.5", linewidth=1, marker="none")
        for place, size in enumerate(sizes):
            panel.plot(size, samples[:, place].mean(), "o", color=batch_colour(size, sizes), markeredgecolor="0.3")
        best = compare(np.log(samples)).smallest()
        for place in best:
            panel.plot(sizes[place], samples[:, place].mean(), "o", color="black", fillstyle="none", markersize=13)
        batch_axis(panel, sizes, "batch size (examples)")
        panel.tick_params(axis="x", labelsize=SMALL)
        panel.set_title(f"fewest {unit}: {', '.join(f'{sizes[place]:,}' for place in best)}", **TITLE)
        panel.set_ylabel(unit)
    return figure


def _name(one: Race) -> str:
    return f"all {one.batch_size:,}" if one.batch_size == one.examples else f"{one.batch_size:,}"


def _until(one: Race, target: float) -> int:
    """The update at which the mean is at the target, else the last."""
    return int(min(updates_until(one.excess, target), one.updates[-1]))


def draw_floors(
    runs: Mapping[str, np.ndarray],
    rates_over_batch: Sequence[float],
    floors: Sequence[float],
    batch_sizes: Sequence[int],
) -> Figure:
    """Left the mean excess (runs, updates + 1) against updates by name; right the floors against lr / B."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=3.9)
    for (name, excess), colour in zip(runs.items(), RATES, strict=False):
        left.loglog(*_thinned(excess.mean(axis=0)), color=colour, linewidth=1.6, label=name)
    left.set(xlabel="updates", ylabel="loss above the lowest, mean of the runs")
    left.set_title("a fixed step stays on a floor", **TITLE)
    left.legend(frameon=False, fontsize=SMALL, loc="lower left")
    for ratio, floor, size in zip(rates_over_batch, floors, batch_sizes, strict=True):
        right.loglog(
            ratio, floor, "o", color=batch_colour(size, batch_sizes), markeredgecolor="0.3", label=f"B = {size}"
        )
    ends = np.array([min(rates_over_batch), max(rates_over_batch)])
    right.loglog(ends, ends * np.median(np.divide(floors, rates_over_batch)), color="0.4", linewidth=1, zorder=1)
    right.set(xlabel="learning rate / batch size", ylabel="floor: mean of the last half")
    right.set_title(f"floor against lr / B: exponent {exponent(rates_over_batch, floors):.2f}", **TITLE)
    names = dict(zip(*right.get_legend_handles_labels()[::-1], strict=True))
    right.legend(names.values(), names.keys(), frameon=False, fontsize=SMALL)
    return figure


def _thinned(mean: np.ndarray, points: int = 120) -> tuple[np.ndarray, np.ndarray]:
    """Updates from 1 on, at equal distances on a logarithmic axis, each the mean of those around it."""
    edges = np.unique(np.geomspace(1, len(mean), points).astype(int))
    middle = [(low + high - 1) / 2 for low, high in zip(edges[:-1], edges[1:], strict=True)]
    return np.array(middle), np.array([mean[low:high].mean() for low, high in zip(edges[:-1], edges[1:], strict=True)])
