"""Steps of Horovod's timeline as pictures: a row for each tensor, its phases along the time."""

from collections.abc import Iterable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from scalelab.errors import ScaleLabError
from scalelab.figures.encoding import SMALL, Style
from scalelab.figures.figure import new_figure
from scalelab.launch.timeline import Event, Message, Ready, transfers

# Read without colour: white waits, grey is at work, dots copy, black sends.
STYLES: dict[str, Style] = {
    "negotiates: until all ranks are ready": {"facecolor": "white", "edgecolor": "black"},
    "in hand: waits for its turn, or is handed back": {"facecolor": "0.8", "edgecolor": "0.5"},
    "copied into or out of the fusion buffer": {"facecolor": "white", "edgecolor": "black", "hatch": "....."},
    "travels between the ranks": {"facecolor": "black", "edgecolor": "black"},
}
NEGOTIATES, IN_HAND, COPIED, TRAVELS = STYLES
# What the script does meanwhile: here too, white waits.
STAGES: dict[str, Style] = {
    "input": {"facecolor": "white", "edgecolor": "black", "hatch": "//////"},
    "forward": {"facecolor": "0.88", "edgecolor": "black"},
    "backward": {"facecolor": "0.7", "edgecolor": "black"},
    "exchange": {"facecolor": "white", "edgecolor": "black"},
    "update": {"facecolor": "0.35", "edgecolor": "black"},
}
MOST_ROWS = 60
_NEAR = 0.02  # of the width: ranks ready closer together than this share one mark


def kind_of(event: Event) -> str:
    """Which of STYLES draws the event."""
    if event.sends:
        return TRAVELS
    if event.phase.startswith("NEGOTIATE_"):
        return NEGOTIATES
    return COPIED if event.phase.startswith("MEMCPY_") else IN_HAND


def draw_step(
    step: Sequence[Event], ready: Iterable[Ready] = (), stages: Mapping[str, tuple[float, float]] | None = None
) -> Figure:
    """The events of one step (from `steps`), the ranks as they got ready, and what the script did, where given.

    The tensors stand in the order in which they were ready, so the last layer is on top: backward begins there.
    Numbers above a row are ranks. A phase that never ended runs to the right edge, with an arrow. `stages` are the
    times at which each stage of the step began and ended on rank 0; they make a row of their own, on top.
    Raises ScaleLabError for a step without events, or with more tensors than rows are readable.
    """
    tensors = _tensors(step)
    rows = {tensor: row for row, tensor in enumerate(tensors)}
    start, end = _span(step, stages)
    width = 1e3 * max(end - start, 1e-6)
    figure, axes = new_figure(width=9, height=(2.0 if stages else 1.5) + 0.24 * len(rows))
    for event in sorted(step, key=lambda event: event.level):
        _draw_event(axes, rows[event.tensor], event, start, width)
    for tensor, row in rows.items():
        times = [(1e3 * (one.time - start), one.rank) for one in ready if one.tensor == tensor]
        _draw_ready(axes, row, sorted(time for time in times if 0 <= time[0] <= width), width)
    _label(axes, tensors, width, transfers(list(step)))
    if stages:
        _draw_stages(axes, stages, start, width)
    return figure


def draw_fusion(runs: Mapping[str, Sequence[Event]]) -> Figure:
    """Steps of several runs beside each other on one axis of time, a thin row for each tensor."""
    figure, panels = new_figure(1, len(runs), width=10, height=3.6, sharex=True, sharey=True, squeeze=False)
    for axes, (name, step) in zip(panels[0], runs.items(), strict=True):
        tensors, (start, end) = _tensors(step), _span(step, None)
        for event in sorted(step, key=lambda event: event.level):
            _draw_event(axes, tensors.index(event.tensor), event, start, 1e3 * (end - start), 0.8)
        sent = transfers(list(step))
        axes.set_title(f"{name}\n{_in_messages(tensors, sent)}, {1e3 * (end - start):.1f} ms", fontsize=10)
        axes.set_xlabel("ms since the first was ready")
        axes.set(ylim=(len(tensors) - 0.4, -0.8), yticks=[])
    panels[0, 0].set_ylabel("gradients, in the order\nin which they were ready")
    _legend(panels[0, 0])
    return figure


def _tensors(step: Sequence[Event]) -> list[str]:
    tensors = list(dict.fromkeys(event.tensor for event in step))
    if not 1 <= len(tensors) <= MOST_ROWS:
        raise ScaleLabError(
            f"Expected a step of 1 to {MOST_ROWS} tensors but got {len(tensors)}; give one of `steps(timeline)`, "
            "of a network with fewer tensors."
        )
    return tensors


def _span(step: Sequence[Event], stages: Mapping[str, tuple[float, float]] | None) -> tuple[float, float]:
    times = [event.start for event in step] + [event.end for event in step if event.end is not None]
    times += [time for stage in (stages or {}).values() for time in stage]
    return min(times), max(times)


def _draw_event(axes: Axes, row: int, event: Event, start: float, width: float, height: float = 0.66) -> None:
    left = 1e3 * (event.start - start)
    length = 1.05 * width - left if event.duration is None else 1e3 * event.duration
    height = 0.76 * height if event.level else height
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


def _draw_stages(axes: Axes, stages: Mapping[str, tuple[float, float]], start: float, width: float) -> None:
    """A row above the tensors: what the script itself did, with the name of what takes long enough to hold it."""
    row = -2.0
    for name, (begin, end) in stages.items():
        left, length = 1e3 * (begin - start), 1e3 * (end - begin)
        axes.barh(row, length, 1.0, left=left, linewidth=0.8, zorder=2, **STAGES[name])
        if length > 0.09 * width:
            axes.annotate(name, (left + length / 2, row), ha="center", va="center", size=SMALL, zorder=6)
    ticks = [*axes.get_yticks()], [label.get_text() for label in axes.get_yticklabels()]
    axes.set_yticks([row, *ticks[0]], ["the script", *ticks[1]])
    axes.set_ylim(axes.get_ylim()[0], row - 0.8)
    axes.set_xlabel("milliseconds since the step began")


def _in_messages(tensors: Sequence[str], sent: Sequence[Message]) -> str:
    several = "message" if len(sent) == 1 else "messages"
    return f"{len(tensors)} tensors in {len(sent)} {several}"


def _label(axes: Axes, tensors: Sequence[str], width: float, sent: Sequence[Message]) -> None:
    names = [tensor.removeprefix("grouped_").removeprefix("allreduce.") for tensor in tensors]
    axes.set_yticks(range(len(tensors)), names, fontsize=SMALL)
    axes.set_ylim(len(tensors) - 0.4, -0.8)
    axes.set_xlim(-0.01 * width, 1.1 * width)
    axes.set_xlabel("milliseconds since the first tensor was ready")
    axes.set_title(_in_messages(tensors, sent), fontsize=10)
    _legend(axes)


def _legend(axes: Axes) -> None:
    handles = [Patch(label=name, linewidth=0.6, **style) for name, style in STYLES.items()]
    axes.figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
