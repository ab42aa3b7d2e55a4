"""Loss landscapes: contours and surfaces side by side, at the same levels; and what filter normalisation is for."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm
from matplotlib.figure import Figure

from scalelab.analysis.curvature.landscape import Landscape
from scalelab.figures.encoding import SMALL, TITLE, Style
from scalelab.figures.figure import new_figure

GREY = "Greys_r"  # dark is low: colours are taken, they stand for batch sizes
STAR: Style = {"color": "white", "markeredgecolor": "black", "linestyle": "none", "marker": "*", "markersize": 11}
LEVELS_PER_DECADE = 6
HIGHEST = 1e3  # what lies above is cut: no image is worth a loss of 1,000, and the bottom would not be seen


def levels(landscapes: Mapping[str, Landscape]) -> np.ndarray:
    """Log-spaced levels from the lowest loss of all to the highest, or to HIGHEST."""
    low = min(one.loss.min() for one in landscapes.values())
    high = min(max(one.loss.max() for one in landscapes.values()), HIGHEST)
    count = 2 + round(LEVELS_PER_DECADE * np.log10(high / low))
    return np.geomspace(0.999 * low, high, count)


def draw_contours(landscapes: Mapping[str, Landscape]) -> Figure:
    """Each named landscape from above, two to a row, all at the same log-spaced levels; a star is the network."""
    figure, axes = _two_to_a_row(landscapes, 4.0, sharex=True, sharey=True)
    at = levels(landscapes)
    norm = LogNorm(at[0], at[-1])
    for one, (name, land) in zip(axes, landscapes.items(), strict=False):
        loss = np.clip(land.loss, at[0], at[-1])
        one.contourf(land.steps, land.steps, loss, at, norm=norm, cmap=GREY)
        lines = one.contour(land.steps, land.steps, loss, at, colors="0.25", linewidths=0.5)
        one.clabel(lines, lines.levels[1::4], fontsize=7, fmt=short)
        one.plot(0, 0, zorder=5, **STAR)
        one.set(aspect="equal", xlabel="steps along direction 1", ylabel="steps along direction 2")
        _five_ticks(one, land.steps, 1)
        one.set_title(f"{name}\nloss at the star: {land.centre:.2f}", **TITLE)
    bar = figure.colorbar(ScalarMappable(norm, GREY), ax=list(axes), shrink=0.6)
    bar.set_label("loss (log scale)")
    bar.ax.yaxis.set_major_formatter(lambda value, _: short(value))
    return figure


def draw_surfaces(landscapes: Mapping[str, Landscape]) -> Figure:
    """The same as surfaces; the height is the logarithm of the loss, with the same limits for all."""
    figure, axes = _two_to_a_row(landscapes, 3.7, subplot_kw={"projection": "3d"})
    at = levels(landscapes)
    low, high = np.log10(at[[0, -1]])
    for one, (name, land) in zip(axes, landscapes.items(), strict=False):
        a, b = np.meshgrid(land.steps, land.steps)
        height = np.log10(np.clip(land.loss, at[0], at[-1]))
        one.plot_surface(a, b, height, cmap=GREY, vmin=low, vmax=high, linewidth=0.3, edgecolor="0.3")
        one.set(xlabel="direction 1", ylabel="direction 2", zlim=(low, high))
        ticks = np.arange(np.ceil(low), np.floor(high) + 1)
        one.set_zticks(ticks, [short(10**tick) for tick in ticks])
        one.set_zlabel("loss (log scale)", labelpad=2)
        one.tick_params(labelsize=SMALL)
        _five_ticks(one, land.steps, 2)
        one.view_init(elev=32, azim=-55)
        one.set_box_aspect((1, 1, 0.75), zoom=1.0)
        one.set_title(name, **TITLE)
    return figure


def draw_slices(panels: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]]) -> Figure:
    """A panel for each kind of direction, in it a curve (steps, loss) for each named network; same limits."""
    figure, axes = new_figure(1, len(panels), width=9, height=3.3, sharey=True, squeeze=False)
    for one, (kind, curves) in zip(axes[0], panels.items(), strict=True):
        _draw_curves(one, curves)
        one.set_title(kind, **TITLE)
    axes[0, 0].set_ylabel("loss")
    axes[0, -1].legend(frameon=False, fontsize=SMALL)
    return figure


def _draw_curves(axes: Axes, curves: Mapping[str, tuple[Sequence[float], Sequence[float]]]) -> None:
    styles: list[Style] = [{"color": "0.65", "linewidth": 5}, {"color": "black", "marker": ".", "linewidth": 1.2}]
    for (name, (steps, loss)), style in zip(curves.items(), styles, strict=False):
        axes.plot(steps, loss, label=name, **style)
    axes.set(yscale="log", xlabel="steps along the direction", xticks=np.linspace(steps[0], steps[-1], 5))


def _two_to_a_row(landscapes: Mapping[str, Landscape], height: float, **options) -> tuple[Figure, np.ndarray]:
    rows = -(-len(landscapes) // 2)
    figure, axes = new_figure(rows, min(2, len(landscapes)), width=9, height=height * rows, squeeze=False, **options)
    return figure, axes.ravel()


def _five_ticks(axes: Axes, steps: np.ndarray, every: int) -> None:
    """The ends and quarters of the span, or every second of them: more would collide."""
    ticks = np.linspace(steps[0], steps[-1], 5)[::every]
    axes.set(xticks=ticks, yticks=ticks)


def short(number: float) -> str:
    """A loss in few signs."""
    return f"{number:,.0f}" if number >= 10 else f"{number:.2g}"
