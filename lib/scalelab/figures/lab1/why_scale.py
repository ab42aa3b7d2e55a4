"""Figures of scale: what training runs needed over the years, what one accelerator gives, and power laws of error."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator
from matplotlib.transforms import Bbox

from scalelab.analysis.scaling_laws.compute_growth import (
    BESIROGLU,
    HOFFMANN,
    Accelerator,
    Growth,
    PowerLaw,
    System,
    days_needed,
    growth,
    kaplan_data,
    kaplan_parameters,
    work,
)
from scalelab.figures.encoding import PREDICTION, SMALL, TITLE, Style, draw_spread
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction, kept

BLUE, ORANGE, GREEN = "#0072b2", "#d55e00", "#009e73"  # Okabe and Ito 2008
KINDS = {"images": (BLUE, "o"), "language": (ORANGE, "s")}
DEVICE: Style = {"color": "black", "marker": "^", "linestyle": "none", "markersize": 5}
PLACES = ((5, 3), (-5, 3), (7, -3), (-7, -3), (5, -9), (-5, -9), (0, 7), (0, -14), (12, -14), (-12, 9))  # in points


def draw_growth(systems: Sequence[System], fit: Growth, prediction: str) -> Figure:
    """FLOP of each training over the years with its fit; the predicted doubling time starts where the fit does."""
    figure, axes = new_figure(width=8.5, height=4.8)
    years = _draw_systems(axes, systems, "flop")
    _draw_fit(axes, years, fit)
    predicted = kept(prediction)
    if predicted is None:
        draw_prediction(axes, prediction)
    else:
        line = fit.at(years[0]) * 2 ** ((years - years[0]) * 12 / predicted)
        axes.plot(years, line, label=f"your prediction: {predicted:.3g} months", **PREDICTION)
    values = [system.flop for system in systems]
    axes.set(ylabel="training compute (FLOP)", ylim=(min(values) / 30, max(values) * 30))
    axes.set_title(f"The compute of a training doubled every {fit.doubling_months:.1f} months", **TITLE)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    _label(figure, axes, [(system.year, system.flop, system.name) for system in systems], _dots(years, fit.at(years)))
    return figure


def draw_sizes(systems: Sequence[System]) -> Figure:
    """Parameters, and the sizes of the training sets, over the years; one fit for each kind of data."""
    figure, panels = new_figure(1, 2, width=9, height=3.8)
    for axes, field in zip(panels, ("parameters", "data"), strict=True):
        for kind, (colour, marker) in KINDS.items():
            these = [system for system in systems if system.reads == kind]
            fit = growth([system.year for system in these], [getattr(system, field) for system in these])
            years = np.array([system.year for system in these])
            axes.plot(years, [getattr(system, field) for system in these], marker, color=colour)
            axes.plot(years, fit.at(years), color=colour)
            axes.plot([], [], marker + "-", color=colour, label=f"{kind}: doubles in {fit.doubling_months:.0f} months")
        axes.set(yscale="log", xlabel="year")
        axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    panels[0].set(ylabel="parameters", ylim=(1e6, 1e13))
    panels[0].set_title("Model size", **TITLE)
    panels[1].set(ylabel="images, or words and tokens", ylim=(1e5, 1e15))
    panels[1].set_title("Training set", **TITLE)
    return figure


def draw_gap(systems: Sequence[System], devices: Sequence[Accelerator], days: float, utilisation: float) -> Figure:
    """Left the need and what one accelerator does in `days`; right their quotient, the accelerators needed."""
    figure, (left, right) = new_figure(1, 2, width=9, height=4.2)
    need = growth([system.year for system in systems], [system.flop for system in systems])
    speed = growth([device.year for device in devices], [device.peak for device in devices])
    years = _draw_systems(left, systems, "flop", notes=False, markersize=3.5)
    given = [work(device.peak, days, utilisation) for device in devices]
    left.plot([device.year for device in devices], given, label=f"one accelerator, {days:g} days", **DEVICE)
    left.plot(years, need.at(years), color="0.3", label="fit of what is needed")
    left.plot(years, work(speed.at(years), days, utilisation), color="black", linestyle="-.", label="fit of one device")
    left.set(ylabel="FLOP", ylim=(1e16, 1e29))
    words = f"needed: doubles in {need.doubling_months:.0f} months\n"
    words += f"one accelerator: in {speed.doubling_months:.0f} months"
    left.set_title(words, **TITLE)
    left.legend(frameon=False, fontsize=SMALL, loc="upper left")
    others = [(system.year, system.flop) for system in systems] + _dots(years, need.at(years))
    others += _dots(years, work(speed.at(years), days, utilisation))
    _label(figure, left, [(d.year, flop, d.name) for d, flop in zip(devices, given, strict=True)], others)
    right.semilogy(years, need.at(years) / work(speed.at(years), days, utilisation), color="0.3")
    for kind, (colour, marker) in KINDS.items():
        these = [system for system in systems if system.reads == kind]
        counts = [system.flop / work(speed.at(system.year), days, utilisation) for system in these]
        right.plot([system.year for system in these], counts, marker, color=colour, markersize=3.5, label=kind)
    right.axhline(1, color="black", linewidth=0.8)
    right.annotate("one is enough below this line", (1, 1), (0, -3), xycoords=("axes fraction", "data"),
                   textcoords="offset points", ha="right", va="top", size=SMALL)  # fmt: skip
    right.set(ylabel=f"accelerators for {days:g} days", xlabel="year")
    right.set_title("The gap: accelerators needed", **TITLE)
    return figure


def draw_days(flop: float, peaks: Mapping[str, float], utilisation: float, workers: Sequence[int]) -> Figure:
    """Days for that many FLOP against the number of workers, nothing lost, at a part of each named device's peak."""
    figure, axes = new_figure(width=7, height=3.8)
    for (name, peak), marker, colour in zip(peaks.items(), "os^", (BLUE, ORANGE, GREEN), strict=False):
        days = [days_needed(flop, peak, count, utilisation) for count in workers]
        axes.loglog(workers, days, marker + "-", color=colour, label=name)
    for line, name in ((1, "a day"), (30, "a month"), (365, "a year"), (36_500, "a century")):
        axes.axhline(line, color="0.7", linewidth=0.8, zorder=1)
        axes.annotate(name, (1, line), (-1, 1), xycoords=("axes fraction", "data"), textcoords="offset points",
                      ha="right", va="bottom", size=SMALL, color="0.35")  # fmt: skip
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_locator(FixedLocator(workers))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.set(xlabel="workers K", ylabel="days", xlim=(workers[0] / 1.5, workers[-1] * 6))
    axes.set_ylim(bottom=0.3)
    axes.set_title(f"{flop:.3g} FLOP, if nothing is lost".replace("e+", "e"), **TITLE)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def draw_laws() -> Figure:
    """The published loss of language models against model size (left) and data (right)."""
    figure, (left, right) = new_figure(1, 2, width=9, height=3.8, sharey=True)
    size, data = np.geomspace(1e7, 1e12, 60), np.geomspace(1e9, 1e13, 60)
    solid = {"color": BLUE, "marker": "o", "markevery": 12, "markersize": 4}
    dotted = {"color": GREEN, "linestyle": ":", "marker": "^", "markevery": (6, 12), "markersize": 4}
    measured = size <= 1.5e9
    left.loglog(size[measured], kaplan_parameters(size[measured]), color=ORANGE, label="Kaplan 2020, data unlimited")
    left.loglog(size, HOFFMANN(size, 1.4e12), label="Hoffmann 2022, 1.4e12 tokens", **solid)
    left.loglog(size, BESIROGLU(size, 1.4e12), label="the same, fitted anew 2024", **dotted)
    left.set(xlabel="parameters N", ylabel="loss (nats a token)", ylim=(1.6, 4.6))
    left.set_title("Larger models", **TITLE)
    measured = data <= 2.2e10
    right.loglog(data[measured], kaplan_data(data[measured]), color=ORANGE, label="Kaplan 2020, model unlimited")
    right.loglog(data, HOFFMANN(70e9, data), label="Hoffmann 2022, 7e10 parameters", **solid)
    right.loglog(data, BESIROGLU(70e9, data), label="the same, fitted anew 2024", **dotted)
    right.set(xlabel="tokens D")
    right.set_title("More data", **TITLE)
    for axes in (left, right):
        axes.axhline(HOFFMANN.floor, color="0.5", linewidth=0.8)
        axes.annotate(f"floor {HOFFMANN.floor} (2022)", (0, HOFFMANN.floor), (2, 1), size=SMALL, color="0.35",
                      xycoords=("axes fraction", "data"), textcoords="offset points")  # fmt: skip
        axes.legend(frameon=False, fontsize=SMALL, loc="upper right")
        _plain_ticks(axes, (2, 2.5, 3, 4))
    return figure


def draw_learning_curve(
    sizes: Sequence[int], errors: Mapping[str, np.ndarray], law: PowerLaw, prediction: str
) -> Figure:
    """Validation error against training images: each named model's errors (seeds, sizes), and the law of the last."""
    figure, axes = new_figure(width=7.5, height=4.2)
    axes.set(xscale="log", yscale="log", xlabel="training images", ylabel="validation error")
    for (name, samples), marker, colour in zip(errors.items(), "so^", (ORANGE, BLUE, GREEN), strict=False):
        draw_spread(axes, sizes, samples, marker=marker, color=colour, label=name, linestyle="none")
    ends = np.array([sizes[0], sizes[-1]])
    label = f"exponent {law.exponent:.2f} ± {2 * law.error:.2f}"
    axes.plot(ends, law.at(ends), color=BLUE, label=label)
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    _plain_ticks(axes, (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9))
    draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def _draw_systems(axes: Axes, systems: Sequence[System], field: str, notes: bool = True, markersize: float = 5):
    """A point for each system: filled as reported, hollow as estimated by others. Gives years for lines over them."""
    for kind, (colour, marker) in KINDS.items():
        for filled in (True, False) if notes else (True,):
            these = [s for s in systems if s.reads == kind and (not notes or (s.flop_from == "reported") == filled)]
            style: Style = {"color": colour, "markersize": markersize, "markerfacecolor": colour if filled else "white"}
            label = f"{kind}: {'reported' if filled else 'estimated'}" if notes else kind
            if these:
                axes.plot([s.year for s in these], [getattr(s, field) for s in these], marker, label=label, **style)
    axes.set(yscale="log", xlabel="year")
    return np.linspace(systems[0].year, systems[-1].year, 50)


def _draw_fit(axes: Axes, years: np.ndarray, fit: Growth) -> None:
    """The fitted line and the cone of its slope plus and minus two standard errors."""
    low, high = fit.interval
    reach = 2 ** (2 * fit.line.error * np.abs(years - fit.line.centre))
    axes.fill_between(years, fit.at(years) / reach, fit.at(years) * reach, color="0.9", zorder=0)
    label = f"fit: {fit.doubling_months:.1f} months ({low:.1f} to {high:.1f})"
    axes.plot(years, fit.at(years), color="0.3", label=label, zorder=1)


def _plain_ticks(axes: Axes, values: Sequence[float]) -> None:
    axes.yaxis.set_major_locator(FixedLocator(values))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}")


def _dots(x: np.ndarray, y: npt.ArrayLike) -> list[tuple[float, float]]:
    """A curve as places that labels keep away from."""
    return list(zip(x, np.asarray(y), strict=True))


def _label(
    figure: Figure, axes: Axes, points: Sequence[tuple[float, float, str]], others: Sequence[tuple[float, float]] = ()
) -> None:
    """Write each name beside its point where no point, no name and none of `others` stands; without room, nowhere."""
    figure.draw_without_rendering()  # the places on the canvas are known only now
    spots = [axes.transData.transform(place[:2]) for place in (*points, *others)]
    taken = [Bbox.from_bounds(x - 3, y - 3, 6, 6) for x, y in spots]
    taken += [legend.get_window_extent()] if (legend := axes.get_legend()) else []
    for x, y, name in points:
        for dx, dy in PLACES:
            side = "center" if dx == 0 else "left" if dx > 0 else "right"
            text = axes.annotate(name, (x, y), (dx, dy), textcoords="offset points", ha=side, size=SMALL - 1)
            box = text.get_window_extent()
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= axes.bbox.x1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
