"""A figure that moves with a slider, drawn again in a few milliseconds.

Axes, ticks and labels are drawn once and kept as pixels; a redraw puts only the lines on top.
"""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image


class MovingFigure:
    """Keeps what stands still of a figure whose moving artists have `animated=True`."""

    def __init__(self, figure: Figure):
        self.canvas = FigureCanvasAgg(figure)
        self.canvas.draw()
        self.empty = self.canvas.copy_from_bbox(figure.bbox)

    def png(self, artists: Sequence[Artist]) -> bytes:
        """What stands still, and these artists on top."""
        self.canvas.restore_region(self.empty)
        for artist in artists:
            assert artist.axes is not None  # of a figure's axes
            artist.axes.draw_artist(artist)
        buffer = io.BytesIO()
        Image.fromarray(np.asarray(self.canvas.buffer_rgba())[..., :3]).save(buffer, "png", compress_level=1)
        return buffer.getvalue()
