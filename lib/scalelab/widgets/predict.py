"""Predictions: the learner commits before seeing, and the figure that follows shows it beside the truth.

Nothing here is graded, and nothing waits: a notebook that runs by itself goes on without a prediction.
"""

import html
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import numpy as np
from IPython.display import HTML, display
from matplotlib.axes import Axes

from scalelab.figures.encoding import PREDICTION
from scalelab.figures.figure import new_figure, png
from scalelab.figures.prediction import kept, store
from scalelab.widgets.prediction_score import SCORED_FILE, in_words, read_scores, score
from scalelab.widgets.sliders import LABEL, WIDE, live

_replied: set[str] = set()  # in this kernel, which is this notebook's
SPREAD_OF_A_LOG_SLIDER = 50  # from this ratio on, equal steps would leave the low end to one millimetre


def number(name: str, question: str, low: float, high: float, unit: str = "") -> None:
    """Ask for one number between `low` and `high`; a wide range gets a logarithmic slider."""
    value = kept(name)
    if low > 0 and high / low > SPREAD_OF_A_LOG_SLIDER:
        ends = np.log10([low, high])
        start = value or 10 ** ends.mean()
        slider = widgets.FloatLogSlider(value=start, min=ends[0], max=ends[1], step=0.02, readout_format=".3g")
    else:
        start = (low + high) / 2 if value is None else value
        slider = widgets.FloatSlider(value=start, min=low, max=high, step=(high - low) / 200, readout_format=".3g")
    slider.description, slider.style, slider.layout = unit, LABEL, WIDE
    _ask(name, question, slider, lambda: slider.value)


def choice(name: str, question: str, options: Sequence[str]) -> None:
    """Ask for one of a few sentences."""
    value = kept(name)
    buttons = widgets.RadioButtons(options=list(options), value=value if value in options else None)
    buttons.layout = widgets.Layout(width="100%")
    _ask(name, question, buttons, lambda: buttons.value)


def curve(
    name: str, question: str, x: Sequence[float], log: bool = True, low: float = 0.01, high: float = 100.0,
    labels: tuple[str, str] = ("", ""),
) -> None:  # fmt: skip
    """Ask for a line over `x` by its value at the smallest x, from `low` to `high`, and its slope; drawn live.

    With `log` it is straight on two logarithmic axes, and the slope is the exponent of a power law.
    """
    xs = np.sort(np.asarray(x, dtype=float))
    level, slope = _level(low, high, log), widgets.FloatSlider(value=0, min=-2, max=2, step=0.05)
    level.description, slope.description = "height at the left", "exponent" if log else "slope"

    figure, axes = new_figure(width=4.5, height=2.6)
    (drawn,) = axes.plot(xs, np.ones(len(xs)), **PREDICTION)
    _same_room(axes, xs, low, high, log)
    axes.set(xlabel=labels[0], ylabel=labels[1])

    def draw(level: float, slope: float):
        y = line(xs, level, slope, log)
        drawn.set_ydata(y)
        content = png(figure)
        figure.set_layout_engine("none")  # only the line moves: measuring the labels anew would take most of the time
        return content, f"From {_short(y[0])} on the left to {_short(y[-1])} on the right."

    picture = live(draw, level=level, slope=slope)
    _ask(name, question, picture, lambda: [list(xs), list(line(xs, level.value, slope.value, log))])


def line(x: np.ndarray, level: float, slope: float, log: bool) -> np.ndarray:
    """The predicted curve: a power law, or a straight line whose slope is in levels over the whole of x."""
    return level * (x / x[0]) ** slope if log else level * (1 + slope * (x - x[0]) / (x[-1] - x[0]))


def reply(name: str, truth: str, right: str | float | None = None) -> None:
    """Show the kept choice beside what happened; `right`, the option or the number that was, counts for `summary`."""
    said = kept(name)
    start = f"You said: <b>{html.escape(str(said))}</b>." if said is not None else "You kept no prediction."
    display(HTML(f"<p>{start} What happened: {html.escape(truth)}</p>"))
    _replied.add(name)
    if right is not None and said is not None:
        score(name, said, right)


def summary() -> None:
    """How often and how far the predictions of this notebook were right, and those of all notebooks of its folder."""
    outcomes = read_scores(SCORED_FILE)
    here, everywhere = in_words(outcomes, _replied), in_words(outcomes)
    display(HTML(f"<p>{here}{' In this lab so far: ' + everywhere if outcomes.keys() - _replied else ''}</p>"))


def calibration(labs: Path = Path("..")) -> None:
    """The same over all labs, whose folders lie in `labs`."""
    outcomes = {
        f"{path.parent.name}/{name}": value
        for path in sorted(labs.glob(f"*/{SCORED_FILE}"))
        for name, value in read_scores(path).items()
    }
    display(HTML(f"<p>In all labs: {in_words(outcomes)}</p>"))


def _ask(name: str, question: str, control: widgets.Widget, value: Callable[[], Any]) -> None:
    keep, skip = widgets.Button(description="Keep my prediction"), widgets.Button(description="Skip")
    keep.layout = widgets.Layout(width="12em")
    said = widgets.HTML("Kept earlier; you may still change it." if kept(name) is not None else "")

    def on_keep(_button: object) -> None:
        if value() is None:
            said.value = "Choose one first."
        else:
            said.value = store(name, value()) or "Kept. Run the cells below to see it beside what happens."

    def on_skip(_button: object) -> None:
        said.value = store(name, None) or "Skipped: the figure will come without your prediction."

    keep.on_click(on_keep)
    skip.on_click(on_skip)
    display(widgets.VBox([widgets.HTMLMath(f"<b>Predict.</b> {question}"), control, widgets.HBox([keep, skip, said])]))


def _short(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _level(low: float, high: float, log: bool) -> widgets.Widget:
    if log:
        ends = np.log10([low, high])
        return widgets.FloatLogSlider(value=10 ** ends.mean(), min=ends[0], max=ends[1], step=0.05)
    return widgets.FloatSlider(value=(low + high) / 2, min=low, max=high, step=(high - low) / 100)


def _same_room(axes: Axes, x: np.ndarray, low: float, high: float, log: bool) -> None:
    """Limits that do not follow the line: otherwise every slope would look alike."""
    if log:
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_ylim(low / 10, high * 10)
    else:
        axes.set_ylim(min(0.0, low - (high - low)), high + (high - low))
    axes.set_xlim(x[0], x[-1])
