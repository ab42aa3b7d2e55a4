"""Figures of gradient descent on a line: its errors, its gradient, its path over the bowl, its learning rate."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from mpl_toolkits.mplot3d import Axes3D

from scalelab.analysis.descent.quadratic import Bowl
from scalelab.data.line import Line
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_colour
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction, kept
from scalelab.train.descent import Path

ALL = batch_colour(1, [1])  # descent on all the examples has the colour of the largest batch
POINTS: Style = {"color": "0.55", "linestyle": "none", "marker": "o", "markersize": 3}
BEST: Style = {"color": "black", "linestyle": "none", "marker": "*", "markersize": 12, "zorder": 5}
MARKERS = ("o", "s", "^", "D", "x")  # from the shortest to the longest step


def draw_points(line: Line) -> Figure:
    """The examples alone."""
    figure, axes = new_figure(width=5, height=3)
    axes.plot(line.x, line.y, **POINTS)
    axes.set(xlabel="input x", ylabel="target y")
    axes.set_title(f"{len(line.x)} noisy examples of one line", **TITLE)
    return figure


def draw_errors(line: Line, lines: Mapping[str, tuple[float, float]], prediction: str) -> Figure:
    """For each named (w, b): the line with its errors above, their squares with the mean below.

    The last has small squares: they are drawn once more, larger, in the empty part of its panel.
    """
    figure, axes = new_figure(2, len(lines), width=9, height=5, sharex=True, sharey="row", squeeze=False)
    for (name, (w, b)), (above, below) in zip(lines.items(), axes.T, strict=True):
        output = w * line.x + b
        square = (output - line.y) ** 2
        above.vlines(line.x, output, line.y, color="0.75", linewidth=0.8)
        above.plot(line.x, line.y, **POINTS)
        ends = np.array([line.x.min(), line.x.max()])
        above.plot(ends, w * ends + b, color=ALL)
        above.set_title(f"{name}: w = {w:.2f}, b = {b:.2f}", **TITLE)
        below.vlines(line.x, 0, square, color="0.55", linewidth=1.2)
        below.set(xlabel="input x", ylim=(0, None))
        last = name == list(lines)[-1]
        near = below.inset_axes((0.09, 0.34, 0.91, 0.62)) if last else below
        if last:
            near.vlines(line.x, 0, square, color="0.55", linewidth=1.2)
            near.set(xticks=[], ylim=(0, 1.6 * square.max()))
            near.set_title("the same, larger", fontsize=SMALL, y=0.84)
            near.tick_params(labelsize=SMALL)
            draw_prediction(near, prediction, along="y")
        _draw_mean(near, float(square.mean()))
    axes[0, 0].set_ylabel("target y")
    axes[1, 0].set_ylabel("squared error")
    return figure


def _draw_mean(axes: Axes, mean: float) -> None:
    """A line at the mean of the squares, its value on white paper."""
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 0.5}
    axes.axhline(mean, color="black", linewidth=0.8, zorder=1)
    axes.annotate(f"mean {mean:.3f}", (0.01, mean), (0, 2), xycoords=("axes fraction", "data"), size=SMALL,
                  textcoords="offset points", va="bottom", bbox=paper, zorder=6)  # fmt: skip


def draw_gradient(line: Line, bowl: Bowl, gradient: Callable, point: tuple[float, float]) -> Figure:
    """Left the loss along w with its tangent at `point`; right the downhill direction at points around the bowl."""
    figure, (slice_axes, above) = new_figure(1, 2, width=9, height=3.8)
    _draw_slice(slice_axes, line, bowl, gradient, point)
    reach = 1.25 * np.abs(np.subtract(point, bowl.minimum)).max()
    _draw_contours(above, bowl, _window(bowl, reach))
    for angle in np.linspace(0, 2 * np.pi, 12, endpoint=False):
        w, b = bowl.minimum + 0.75 * reach * np.array([np.cos(angle), np.sin(angle)])
        step = -0.3 * np.array(gradient(w, b, line.x, line.y)) / bowl.curvatures[1]
        tip = (w + 2 * step[0], b + 2 * step[1])
        above.annotate("", tip, (w, b), arrowprops={"arrowstyle": "-|>", "color": ALL, "shrinkA": 0, "shrinkB": 0})
    above.set_title("downhill: minus the gradient, at 12 points", **TITLE)
    return figure


def _draw_slice(axes: Axes, line: Line, bowl: Bowl, gradient: Callable, point: tuple[float, float]) -> None:
    left, right = sorted((point[0] - 0.6, 2 * bowl.minimum[0] - point[0]))
    w = np.linspace(left, right, 100)
    slope, height = gradient(*point, line.x, line.y)[0], float(bowl.loss(*point))
    near = np.array([point[0] - 0.5, point[0] + 0.5])
    axes.plot(w, bowl.loss(w, point[1]), color="0.4")
    axes.plot(near, height + slope * (near - point[0]), color=ALL, linewidth=2)
    axes.plot(*point[:1], height, "o", color=ALL)
    axes.annotate(f"  slope along w: {slope:.2f}", (point[0], height), color=ALL)
    axes.set(xlabel="w", ylabel="loss (mean squared error)")
    axes.set_title(f"the loss along w, with b = {point[1]:g}", **TITLE)


def draw_stop(losses: Sequence[float], tolerance: float, prediction: str) -> Figure:
    """The loss after each step, and its change by each step beside the tolerance at which the loop stops."""
    figure, (left, right) = new_figure(1, 2, width=9, height=3.2, sharex=True)
    steps = np.arange(len(losses))
    left.plot(steps, losses, ".-", color=ALL)
    left.set(xlabel="steps", ylabel="loss (mean squared error)", ylim=(0, None))
    left.set_title("the loss does not go to 0 ...", **TITLE)
    right.semilogy(steps[1:], np.abs(np.diff(losses)), ".-", color=ALL)
    right.axhline(tolerance, color="black", linewidth=0.8, zorder=1)
    place, written = (0.01, tolerance), {"va": "bottom", "size": SMALL}
    right.annotate(f"tolerance {tolerance:g}", place, xycoords=("axes fraction", "data"), **written)
    right.set(xlabel="steps", ylabel="change of the loss in a step", ylim=(tolerance / 10, None))
    right.set_title(f"... but its change does: stopped after {len(losses) - 1} steps", **TITLE)
    for axes in (left, right) if kept(prediction) else (right,):
        draw_prediction(axes, prediction)
    return figure


def draw_descent(bowl: Bowl, path: Path) -> Figure:
    """The path on the surface of the loss, and the same seen from above, with contours at the same levels."""
    figure, (left, right) = new_figure(1, 2, width=9.5, height=4.3)
    place = left.get_subplotspec()
    left.remove()
    levels = bowl.lowest + 1.2 * (float(bowl.loss(path.w, path.b).max()) - bowl.lowest) * np.linspace(0, 1, 8)[1:] ** 2
    rings = bowl.rings(levels - bowl.lowest, 120)
    _draw_surface(figure.add_subplot(place, projection="3d", computed_zorder=False), bowl, path, levels, rings)
    half = 1.05 * rings[:, -1].max(axis=1)
    _draw_contours(right, bowl, bowl.minimum[:, None] + half[:, None] * np.array([-1, 1]), levels)
    _draw_path(right, path)
    _draw_directions(right, bowl, levels[-1] - bowl.lowest)
    right.set_title(f"the same from above, {len(path.w) - 1} steps", **TITLE)
    return figure


def _draw_directions(axes: Axes, bowl: Bowl, excess: float) -> None:
    """The eigenvectors of the Hessian as arrows from the minimum to the contour `excess` above it, with curvatures."""
    curvatures, vectors = np.linalg.eigh(bowl.hessian)
    for curvature, vector, name in zip(curvatures, vectors.T, ("shallow", "steep"), strict=True):
        tip = bowl.minimum + vector * np.sign(vector[0]) * np.sqrt(2 * excess / curvature)
        arrow = {"arrowstyle": "-|>", "color": "#d55e00", "shrinkA": 0, "shrinkB": 0, "linewidth": 1.3}
        axes.annotate("", tip, (bowl.minimum[0], bowl.minimum[1]), arrowprops=arrow, zorder=4)
        axes.annotate(f"{name}:\ncurvature {curvature:.2g}", tip, (4, 4), textcoords="offset points", color="#d55e00",
                      size=SMALL)  # fmt: skip


def _draw_surface(axes: Axes3D, bowl: Bowl, path: Path, levels: np.ndarray, rings: np.ndarray) -> None:
    """The inside of the bowl up to the highest level; `rings` as of `Bowl.rings`."""
    excess = (levels[-1] - bowl.lowest) * np.linspace(0, 1, 40) ** 2
    w, b = bowl.minimum[:, None, None] + bowl.rings(excess, rings.shape[2])
    heights = bowl.lowest + np.broadcast_to(excess[:, None], w.shape)
    axes.plot_surface(w, b, heights, cmap="Greys_r", alpha=0.55, linewidth=0, rcount=40, ccount=80)
    for (ring_w, ring_b), level in zip(np.moveaxis(rings, 0, 1) + bowl.minimum[None, :, None], levels, strict=True):
        axes.plot(ring_w, ring_b, level, color="0.35", linewidth=0.8)
    axes.plot(path.w, path.b, bowl.loss(path.w, path.b), ".-", color=ALL, zorder=10)
    axes.plot(*bowl.minimum[:, None], bowl.lowest, **BEST)
    axes.set(xlabel="w", ylabel="b", zlabel="loss", zlim=(0, levels[-1]))
    axes.tick_params(labelsize=SMALL)
    axes.view_init(elev=36, azim=-28)
    axes.set_box_aspect((1, 1.3, 0.8), zoom=1.0)
    axes.set_title("the loss as a surface", **TITLE)


def draw_rates(bowl: Bowl, paths: Mapping[float, Path]) -> Figure:
    """The loss above its lowest against steps, a curve for each part of the largest stable step."""
    figure, axes = new_figure(width=7, height=3.6)
    axes.set_yscale("log")
    for place, (part, path) in enumerate(paths.items()):
        colour, marker = batch_colour(2**place, (1, 2 ** len(paths))), MARKERS[place]
        losses = np.clip(bowl.loss(path.w, path.b) - bowl.lowest, 1e-12, None)
        label = f"{part:g} x 2/L = {part * bowl.largest_stable_step:.3g}"
        axes.plot(losses, color=colour, marker=marker, markersize=4, markevery=2, label=label)
    axes.set(xlabel="steps", ylabel="loss above the lowest")
    axes.legend(title="learning rate", frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(1, 1))
    return figure


def draw_edge(
    lrs: np.ndarray, losses: np.ndarray, edge: float, computed: Sequence[float], measured: Sequence[float],
    prediction: str,
) -> Figure:  # fmt: skip
    """Left the last loss against the rate, with 2/L; right the largest stable step seen against 2/L, for many lines."""
    figure, (left, right) = new_figure(1, 2, width=9, height=3.6)
    left.semilogy(lrs, np.clip(losses, None, 1e9), ".-", color=ALL)
    left.axvline(edge, color="black", linewidth=0.8)
    left.annotate(f"2/L = {edge:.3f} ", (edge, 0.9), xycoords=("data", "axes fraction"), ha="right", size=SMALL)
    left.set(xlabel="learning rate", ylabel="loss after the last step", ylim=(0.1, 1e4))
    left.set_title("one line, many learning rates", **TITLE)
    draw_prediction(left, prediction)
    ends = [0.8 * min(computed), 1.2 * max(computed)]
    right.loglog(ends, ends, color="black", linewidth=0.8)
    right.loglog(computed, measured, "o", color=ALL, markerfacecolor="none")
    right.annotate("equal", (ends[1], ends[1]), ha="right", va="bottom", size=SMALL)
    right.set(xlabel="2/L, computed from the inputs", ylabel="largest stable step, by trying")
    right.set_title(f"{len(computed)} lines, each with its own 2/L", **TITLE)
    return figure


def draw_valleys(bowls: Mapping[str, Bowl], paths: Mapping[str, Path], reach: float) -> Figure:
    """A panel for each named bowl, all over windows of one size and with the same levels, each with its path."""
    figure, axes = new_figure(1, len(bowls), width=9, height=4.4, squeeze=False)
    for one, (name, bowl) in zip(axes[0], bowls.items(), strict=True):
        _draw_contours(one, bowl, _window(bowl, reach), bowl.lowest + np.array([1, 4, 16, 64]))
        _draw_path(one, paths[name])
        first, last = (float(bowl.loss(paths[name].w[step], paths[name].b[step])) - bowl.lowest for step in (0, -1))
        words = f"{len(paths[name].w) - 1} steps leave {last / first:.2g} of the loss above the lowest"
        one.set_title(f"{name}: condition number {bowl.condition_number:.3g}\n{words}", **TITLE)
    return figure


def draw_steps(
    condition: Sequence[float], steps: Sequence[int], prediction: str, centres: Sequence[float] = ()
) -> Figure:
    """Steps needed against the condition number, a point a line, with the power law fitted through them.

    `centres`, one a line: where its inputs lie. Lines that share one are named by it.
    """
    figure, axes = new_figure(width=6, height=3.6)
    exponent, level = np.polyfit(np.log(condition), np.log(steps), 1)
    ends = np.array([min(condition), max(condition)])
    axes.loglog(condition, steps, "o", color=ALL, markerfacecolor="none")
    axes.loglog(ends, np.exp(level) * ends**exponent, color=ALL, label=f"fitted: exponent {exponent:.2f}")
    axes.set(xlabel="condition number of the bowl", ylabel="steps needed")
    for centre in sorted(set(centres)):
        x, y = (np.array(one)[np.array(centres) == centre].max() for one in (condition, steps))
        axes.annotate(f"inputs around {centre:g}", (x, y), (8, -10), textcoords="offset points", size=SMALL)
    axes.set_xlim(None, 5 * max(condition) if len(centres) else None)
    draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure


def _draw_path(axes: Axes, path: Path) -> None:
    axes.plot(path.w, path.b, ".-", color=ALL, zorder=4)
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
    axes.annotate(
        "start", (path.w[0], path.b[0]), (-6, 5), textcoords="offset points", color=ALL, ha="right", bbox=paper
    )


def _draw_contours(axes: Axes, bowl: Bowl, window: np.ndarray, levels: np.ndarray | None = None) -> None:
    """Contours in grey, the minimum as a star; as long a way along w as along b."""
    w, b = (np.linspace(side[0], side[1], 200) for side in window)
    lines = axes.contour(w, b, bowl.surface(w, b), _levels(bowl, window) if levels is None else levels, colors="0.6",
                         linewidths=0.8)  # fmt: skip
    axes.clabel(lines, fontsize=7, fmt="%.3g")
    axes.plot(*bowl.minimum, **BEST)
    axes.set(xlabel="w", ylabel="b", xlim=window[0], ylim=window[1], aspect="equal")


def _levels(bowl: Bowl, window: np.ndarray) -> np.ndarray:
    """Squares above the lowest loss: in a quadratic bowl these contours lie equally far apart."""
    highest = float(bowl.surface(*window).max()) - bowl.lowest
    return bowl.lowest + highest * np.linspace(0, 1, 12)[1:] ** 2


def _window(bowl: Bowl, reach: float) -> np.ndarray:
    """((lowest w, highest w), (lowest b, highest b)): a square of half-width `reach` around the minimum."""
    return bowl.minimum[:, None] + np.array([-reach, reach])
