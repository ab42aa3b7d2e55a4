"""One step of Horovod's timeline as a picture: a row for each tensor, its phases along the time."""

from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scalelab.errors import ScaleLabError
from scalelab.parallel.timeline import Event, Ready, messages
from scalelab.view.encoding import SMALL
from scalelab.view.figure import new_figure

# Read without colour: white waits, grey is at work, dots copy, black sends.
STYLES = {
    "negotiates: until all ranks are ready": {"facecolor": "white", "edgecolor": "black"},
    "in hand: waits for its turn, or is handed back": {"facecolor": "0.8", "edgecolor": "0.5"},
    "copied into or out of the fusion buffer": {"facecolor": "white", "edgecolor": "black", "hatch": "....."},
    "travels between the ranks": {"facecolor": "black", "edgecolor": "black"},
}
NEGOTIATES, IN_HAND, COPIED, TRAVELS = STYLES
MOST_ROWS = 60
_NEAR = 0.02  # of the width: ranks ready closer together than this share one mark


def kind_of(event: Event) -> str:
    """Which of STYLES draws the event."""
    if event.sends:
        return TRAVELS
    if event.phase.startswith("NEGOTIATE_"):
        return NEGOTIATES
    return COPIED if event.phase.startswith("MEMCPY_") else IN_HAND


def draw_step(step: Sequence[Event], ready: Iterable[Ready] = ()) -> Figure:
    """The events of one step (from `steps`), and the ranks as they got ready where that is given.

    The tensors stand in the order in which they were ready, so the last layer is on top: backward begins there.
    Numbers above a row are ranks. A phase that never ended runs to the right edge, with an arrow.
    Raises ScaleLabError for a step without events, or with more tensors than rows are readable.
    """
    tensors = list(dict.fromkeys(event.tensor for event in step))
    if not 1 <= len(tensors) <= MOST_ROWS:
        raise ScaleLabError(
            f"Expected a step of 1 to {MOST_ROWS} tensors but got {len(tensors)}; give one of `steps(timeline)`, "
            "of a network with fewer tensors."
        )
    rows = {tensor: row for row, tensor in enumerate(tensors)}
    start = min(event.start for event in step)
    end = max(event.start if event.end is None else event.end for event in step)
    width = 1e3 * max(end - start, 1e-6)
    figure, axes = new_figure(width=9, height=1.5 + 0.24 * len(rows))
    for event in sorted(step, key=lambda event: event.level):
        _draw_event(axes, rows[event.tensor], event, start, width)
    for tensor, row in rows.items():
        times = [(1e3 * (one.time - start), one.rank) for one in ready if one.tensor == tensor]
        _draw_ready(axes, row, sorted(time for time in times if 0 <= time[0] <= width), width)
    _label(axes, tensors, width, len(messages(list(step))))
    return figure


def _draw_event(axes: Axes, row: int, event: Event, start: float, width: float) -> None:
    left = 1e3 * (event.start - start)
    length = 1.05 * width - left if event.duration is None else 1e3 * event.duration
    height = 0.5 if event.level else 0.66
    axes.barh(row, length, height, left=left, linewidth=0.6, zorder=2 + event.level, **STYLES[kind_of(event)])
    if event.duration is None:
        axes.annotate("\N{RIGHTWARDS ARROW}", (1.06 * width, row), va="center", size=SMALL)


def _draw_ready(axes: Axes, row: int, times: Sequence[tuple[float, int]], width: float) -> None:
    """The ranks at the time each was ready; those too near to be told apart as `0,1`."""
    groups: list[list[tuple[float, int]]] = []
    for time in times:
        if groups and time[0] - groups[-1][-1][0] < _NEAR * width:
            groups[-1].append(time)
        else:
            groups.append([time])
    for group in groups:
        place = (group[0][0], row - 0.33)
        axes.plot(*place, marker="v", color="black", markersize=3, clip_on=False, zorder=5)
        text = ",".join(str(rank) for _, rank in group)
        axes.annotate(text, place, (3, -1), textcoords="offset points", size=SMALL - 2, va="bottom", zorder=5)


def _label(axes: Axes, tensors: Sequence[str], width: float, sent: int) -> None:
    axes.set_yticks(range(len(tensors)), [tensor.removeprefix("allreduce.") for tensor in tensors], fontsize=SMALL)
    axes.set_ylim(len(tensors) - 0.4, -0.8)
    axes.set_xlim(-0.01 * width, 1.1 * width)
    axes.set_xlabel("milliseconds since the first tensor was ready")
    several = "message" if sent == 1 else "messages"
    axes.set_title(f"{len(tensors)} tensors in {sent} {several}", fontsize=10)
    handles = [Patch(label=name, linewidth=0.6, **style) for name, style in STYLES.items()]
    axes.figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
