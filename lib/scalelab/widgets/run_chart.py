"""What a run has reported so far, as a picture and a bar that follow it while it runs."""

from collections.abc import Sequence

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import HTML, display
from matplotlib.figure import Figure

from scalelab.figures.figure import new_figure, picture
from scalelab.train import Row

LINES = {"train_accuracy": "-", "validation_accuracy": "--"}


def draw_rows(rows: Sequence[Row], until: float | None = None) -> Figure:
    """Accuracies against seconds, or the loss where no accuracy was reported; x goes as far as `until`."""
    figure, axes = new_figure(height=2.4)
    for name, style in LINES.items():
        points = [(row.seconds, value) for row in rows if (value := getattr(row, name)) is not None]
        if points:
            axes.plot(*zip(*points, strict=True), style, marker="o", markersize=3, label=name.replace("_", " "))
    if axes.lines:
        axes.set(ylim=(0, 1), ylabel="accuracy")
    else:
        axes.plot([row.seconds for row in rows], [row.loss for row in rows], marker="o", markersize=3, label="loss")
        axes.set(ylabel="loss")
    axes.set(xlim=(0, until), xlabel="seconds, by the script's clock")
    axes.legend(loc="best", frameon=False)
    return figure


class Reported(widgets.VBox):
    """A bar, a sentence with the latest report, and the picture, which is drawn anew where there is something new."""

    def __init__(self, what: str):
        self.bar = widgets.FloatProgress(description=what, min=0, max=1, layout=widgets.Layout(width="100%"))
        self.chart, self.drawn = widgets.HTML(), 0
        super().__init__([self.bar, self.chart])

    def clear(self) -> None:
        """Show nothing again."""
        self.bar.value, self.chart.value, self.drawn = 0.0, "", 0

    def show(self, rows: Sequence[Row], done: float, of: float, until: float | None = None) -> None:
        """The bar at `done` of `of`, and the picture of these rows."""
        self.bar.max = max(of, 1e-9)
        self.bar.value = min(done, of)
        if len(rows) > self.drawn:
            self.drawn = len(rows)
            self.chart.value = picture(draw_rows(rows, until), f"Reported so far: {rows[-1].summary()}")


class InCell:
    """The same in the output of a cell that is busy until the run ends, where no widget would answer.

    With `epochs` it has a bar, which stands nowhere before the first report, and the time left.
    """

    def __init__(self, epochs: float | None = None):
        self.epochs = epochs
        self.rows: list[Row] = []
        self.place = display(HTML(self._bar()), display_id=True) if get_ipython() else None

    def show(self, new: Sequence[Row]) -> None:
        """Draw anew with these rows as well."""
        self.rows += new
        if new:
            self._draw(_time_left(self.rows, self.epochs))

    def end(self) -> None:
        """The run is over, wherever it has come: there is no time left."""
        self._draw("")

    def _draw(self, time_left: str) -> None:
        if self.place is None:
            return
        words = self.rows[-1].summary() if self.rows else ""
        chart = picture(draw_rows(self.rows), f"Reported so far: {words}") if len(self.rows) > 1 else ""
        self.place.update(HTML(f"<div>{self._bar()}{words}{time_left}</div>{chart}" if self.rows else ""))

    def _bar(self) -> str:
        if not self.epochs:
            return ""
        value = f' value="{self.rows[-1].epoch:g}"' if self.rows else ""
        return f'<progress aria-label="Epochs" max="{self.epochs:g}"{value}></progress> '


def _time_left(rows: Sequence[Row], epochs: float | None) -> str:
    """By the pace since the first report, or since the start while there is but one: a resumed run begins later."""
    first, latest = rows[0], rows[-1]
    seconds, done = latest.seconds, latest.epoch
    if len(rows) > 1:
        seconds, done = seconds - first.seconds, done - first.epoch
    if not epochs or done <= 0 or latest.epoch >= epochs:
        return ""
    return f"  about {seconds / done * (epochs - latest.epoch):.0f} s left"
