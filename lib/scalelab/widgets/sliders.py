"""A picture with sliders: it is drawn anew while a slider moves.

The picture is HTML, for an image widget has no words for who cannot see it. `interact` and `Output` widgets that hold
figures would make a notebook that runs without a browser hang now and then (nbclient issue 312).
"""

import html
import re
import time
from collections.abc import Callable

import ipywidgets as widgets
from matplotlib.figure import Figure

from scalelab.figures.figure import as_html, png

LABEL = {"description_width": "9em"}
WIDE = widgets.Layout(width="32em")
TAG = re.compile("<[^>]*>")


class Live(widgets.VBox):
    """Sliders, the picture below, and a sentence that says what it shows.

    `redraw_seconds` holds the duration of every redraw, from the changed value to the new picture.
    """

    def __init__(self, draw: Callable[..., tuple[Figure | bytes, str]], controls: dict[str, widgets.Widget]):
        self.draw, self.controls = draw, controls
        self.redraw_seconds: list[float] = []
        self.picture, self.sentence = widgets.HTML(), widgets.HTMLMath()
        for name, control in controls.items():
            control.description = control.description or name
            control.style, control.layout = LABEL, WIDE
            control.observe(self.redraw, names="value")
        super().__init__([*controls.values(), self.picture, self.sentence])
        self.redraw()

    def redraw(self, _change: object = None) -> None:
        """Draw the picture for the values that the controls have now; a failure is told in the sentence."""
        start = time.perf_counter()
        try:
            picture, sentence = self.draw(**{name: control.value for name, control in self.controls.items()})
        except Exception as error:  # a widget's callback has nobody above it who would show the error
            self.sentence.value = html.escape(f"This could not be drawn ({error}).")
            return
        content = png(picture) if isinstance(picture, Figure) else picture
        self.picture.value = as_html(content, html.unescape(TAG.sub("", sentence)))
        self.sentence.value = sentence
        self.redraw_seconds.append(time.perf_counter() - start)


def live(draw: Callable[..., tuple[Figure | bytes, str]], **controls: widgets.Widget) -> Live:
    """A picture that follows its controls: `draw(**values)` gives a figure (or PNG bytes) and a sentence about it."""
    return Live(draw, controls)
