"""Figures in the course's form: made without global state, shown as one picture with its words."""

import base64
import html
import io
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

DPI = 100
TEXT = 9


def new_figure(
    rows: int = 1, columns: int = 1, width: float = 7.0, height: float = 3.6, **options: Any
) -> tuple[Figure, Any]:
    """A figure of `width` x `height` inches and its axes: one `Axes`, or an array of them as matplotlib's subplots.

    `options` go to `Figure.subplots` (sharex, sharey, subplot_kw, ...).
    """
    figure = Figure(figsize=(width, height), dpi=DPI, layout="constrained")
    axes = figure.subplots(rows, columns, **options)
    for one in np.atleast_1d(axes).ravel():
        _plain(one)
    return figure, axes


def png(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG file; little compression, because it is made anew while a slider moves."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", pil_kwargs={"compress_level": 1})
    return buffer.getvalue()


def show(figure: Figure, alt: str, caption: str = "") -> None:
    """Display the figure in the notebook; `alt` says what it shows to who cannot see it, `caption` stands below.

    As HTML: JupyterLab and nbconvert drop the `alt` of a picture that is displayed as one.
    """
    from IPython.display import HTML, display

    display(HTML(picture(figure, alt, caption)))


def picture(figure: Figure, alt: str, caption: str = "") -> str:
    """The figure as HTML, with the same words."""
    return as_html(png(figure), alt, caption)


def as_html(content: bytes, alt: str, caption: str = "") -> str:
    """A PNG as HTML, in the size in which it was drawn."""
    width = int.from_bytes(content[16:20], "big")  # PNG specification, 11.2.2: IHDR comes first
    source = f"data:image/png;base64,{base64.b64encode(content).decode()}"
    words = f'<p style="max-width: 46em"><em>{html.escape(caption)}</em></p>' if caption else ""
    return f'<img src="{source}" width="{width}" alt="{html.escape(alt, quote=True)}">{words}'


def _plain(axes: Axes) -> None:
    axes.tick_params(labelsize=TEXT)
    if axes.name == "rectilinear":
        axes.spines[["top", "right"]].set_visible(False)
