"""What a run has reported so far, as a picture and a bar that follow it while it runs."""

from collections.abc import Sequence

import ipywidgets as widgets
from IPython import get_ipython
from IPython.display import HTML, display
from matplotlib.figure import Figure

from scalelab.train import Row
from scalelab.view.figure import new_figure, picture
from scalelab.view.terminal import report

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
        self.bar.value, self.chart.value, self.drawn = 0.0, "", 0

    def show(self, rows: Sequence[Row], done: float, of: float, until: float | None = None) -> None:
        """The bar at `done` of `of`, and the picture of these rows."""
        self.bar.max = max(of, 1e-9)
        self.bar.value = min(done, of)
        if len(rows) > self.drawn:
            self.drawn = len(rows)
            self.chart.value = picture(draw_rows(rows, until), f"Reported so far: {report(rows[-1])}")


class InCell:
    """The same in the output of a cell that is busy until the run ends, where no widget would answer."""

    def __init__(self, epochs: float | None = None):
        self.epochs, self.rows = epochs, []
        self.place = display(HTML(""), display_id=True) if get_ipython() else None

    def show(self, new: Sequence[Row]) -> None:
        """Draw anew with these rows as well."""
        self.rows += new
        if not new or self.place is None:
            return
        latest = self.rows[-1]
        bar = ""
        if self.epochs:
            bar = f'<progress aria-label="Epochs" max="{self.epochs:g}" value="{latest.epoch:g}"></progress> '
        words = report(latest)
        chart = picture(draw_rows(self.rows), f"Reported so far: {words}") if len(self.rows) > 1 else ""
        self.place.update(HTML(f"<div>{bar}{words}</div>{chart}"))
