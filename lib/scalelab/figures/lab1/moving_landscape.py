"""Loss landscapes to walk around: surfaces that turn, tilt and come closer with sliders."""

from collections.abc import Mapping

import numpy as np
from matplotlib import colormaps
from matplotlib.cm import ScalarMappable
from matplotlib.collections import PolyCollection
from matplotlib.colors import LogNorm

from scalelab.analysis.curvature.landscape import Landscape
from scalelab.figures.encoding import TITLE
from scalelab.figures.figure import new_figure
from scalelab.figures.lab1.landscape import GREY, STAR, levels, short
from scalelab.figures.moving import MovingFigure

FOOT = 0.7  # how far below the middle of the page the star is seen from near
HEIGHT = 1.6  # of the highest loss above the lowest, where the plane is 2 wide


class MovingLandscape:
    """Call it with degrees to turn and to tilt, and a zoom: a PNG and a sentence.

    The height is the logarithm of the loss, with the same limits for all, and the star is the trained network.
    """

    def __init__(self, landscapes: Mapping[str, Landscape]):
        at = levels(landscapes)
        norm = LogNorm(at[0], at[-1])
        figure, axes = new_figure(1, len(landscapes), width=9, height=4.6, squeeze=False)
        self.corners, self.stars, self.surfaces, self.marks = [], [], [], []
        for one, (name, land) in zip(axes[0], landscapes.items(), strict=True):
            heights = HEIGHT * np.asarray(norm(np.clip(land.loss, at[0], at[-1])))
            middle = len(land.steps) // 2
            self.corners.append(quads(land.steps / land.steps[-1], heights))
            self.stars.append(np.array([0.0, 0.0, heights[middle, middle]]))
            colours = colormaps[GREY](0.1 + 0.9 * self.corners[-1][..., 2].mean(axis=1) / HEIGHT)
            options = {"facecolors": colours, "edgecolors": "0.25", "linewidths": 0.25, "animated": True}
            self.surfaces.append(one.add_collection(PolyCollection([], **options)))
            self.marks.append(one.plot([], [], animated=True, **STAR)[0])
            one.set(xlim=(-1.5, 1.5), ylim=(-1.45, 1.45), aspect="equal", xticks=[], yticks=[])
            one.spines[:].set_visible(False)
            one.set_title(f"{name}\nloss at the star: {land.centre:.2f}", **TITLE)
        bar = figure.colorbar(ScalarMappable(norm, GREY), ax=list(axes[0]), shrink=0.6)
        bar.set_label("height: loss (log scale)")
        bar.ax.yaxis.set_major_formatter(lambda value, _: short(value))
        self.colours = [surface.get_facecolors() for surface in self.surfaces]
        self.moving = MovingFigure(figure)

    def __call__(self, turn: float, tilt: float, zoom: float) -> tuple[bytes, str]:
        for corners, star, surface, mark, colours in zip(
            self.corners, self.stars, self.surfaces, self.marks, self.colours, strict=True
        ):
            seen, away = project(corners, turn, tilt)
            at_star = project(star, turn, tilt)[0]
            middle = (seen.min(axis=(0, 1)) + seen.max(axis=(0, 1))) / 2
            near = 1 - 1 / zoom**2  # the whole in the middle from afar, the star at the foot from near
            focus = at_star + (1 - near) * (middle - at_star) + near * np.array([0, FOOT]) / zoom
            far_first = np.argsort(-away.mean(axis=1))
            surface.set_verts(zoom * (seen - focus)[far_first])
            surface.set_facecolors(colours[far_first])
            mark.set_data(*(zoom * (at_star - focus))[:, None])
        picture = self.moving.png([*self.surfaces, *self.marks])
        return picture, f"Turned by {turn:g} degrees, seen from {tilt:g} degrees above, {zoom:g} times as near."


def quads(steps: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """The corners (squares, 4, 3) of the squares between (points, points) heights, whose columns are the first axis."""
    x, y = np.meshgrid(steps, steps)
    points = np.stack([x, y, heights], axis=-1)
    corners = [points[:-1, :-1], points[:-1, 1:], points[1:, 1:], points[1:, :-1]]
    return np.stack(corners, axis=2).reshape(-1, 4, 3)


def project(points: np.ndarray, turn: float, tilt: float) -> tuple[np.ndarray, np.ndarray]:
    """Where (..., 3) points are seen on the page, (..., 2), and how far behind it they lie, (...), without perspective.

    `turn` is about the vertical axis, `tilt` is how far above the horizon the eye is; both in degrees.
    """
    a, e = np.deg2rad([turn, tilt])
    x, y, z = np.moveaxis(points, -1, 0)
    across, away = x * np.cos(a) - y * np.sin(a), x * np.sin(a) + y * np.cos(a)
    return np.stack([across, z * np.cos(e) + away * np.sin(e)], axis=-1), away * np.cos(e) - z * np.sin(e)
