"""Figures of the shuffle buffer: in which order a stream comes out of it, and what a network learns from that."""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from scalelab.analysis.sampling.orders import MIXED, SORTED
from scalelab.experiments.input_order import InputOrderRuns
from scalelab.figures.encoding import SMALL, TITLE, Style, batch_axis, draw_spread
from scalelab.figures.figure import new_figure
from scalelab.figures.prediction import draw_prediction

WRITTEN_STYLES: dict[str, Style] = {
    SORTED: {"color": "#d55e00", "marker": "o", "linestyle": "-"},
    MIXED: {"color": "black", "marker": "s", "linestyle": "--", "markerfacecolor": "white"},
}


def draw_streams(orders: Mapping[int, Sequence[int]], labels: Sequence[int], batch_size: int) -> Figure:
    """A panel for each buffer size: where in the file the images of the stream stood; `labels` in the file's order.

    Bands are classes of a file that is sorted by them; the title has the classes in a batch, on average.
    """
    figure, panels = new_figure(1, len(orders), width=10, height=3.2, sharex=True, sharey=True)
    classes = np.asarray(labels)
    edges = np.flatnonzero(np.diff(classes)) + 1
    for axes, (size, order) in zip(panels, orders.items(), strict=True):
        for first, last in zip([0, *edges[1::2]], [*edges[::2], len(labels)], strict=False):
            axes.axhspan(first, last, color="0.92", linewidth=0)
        axes.plot(order, ".", color="black", markersize=2)
        mixed = classes_in_a_batch(classes[np.asarray(order)], batch_size)
        axes.set_title(f"buffer of {size:,}:\n{mixed:.1f} classes in a batch of {batch_size}", **TITLE)
        axes.set(xlabel="place in the stream", xlim=(0, len(labels)), ylim=(0, len(labels)))
    panels[0].set_ylabel("place in the file (bands: classes)")
    return figure


def classes_in_a_batch(labels: npt.ArrayLike, batch_size: int) -> float:
    """Different classes in a batch of the stream, the mean over its batches."""
    stream = np.asarray(labels)
    batches = (stream[k : k + batch_size] for k in range(0, len(stream), batch_size))
    return float(np.mean([len(set(batch.tolist())) for batch in batches]))


def draw_buffers(measured: InputOrderRuns, prediction: str) -> Figure:
    """Validation accuracy by the size of the shuffle buffer, for shards written sorted and shuffled."""
    figure, axes = new_figure(width=7, height=3.8)
    for scheme, style in WRITTEN_STYLES.items():
        samples = measured.final(scheme)
        draw_spread(axes, measured.buffers, samples, label=f"shards {scheme}", **style)
    batch_axis(axes, measured.buffers, f"shuffle buffer (images, of {measured.images:,} in {measured.shards} shards)")
    axes.set(ylim=(0, 1), ylabel="validation accuracy")
    axes.axhline(0.1, color="0.5", linewidth=0.8)
    axes.annotate("guessing", (1, 0.1), xycoords=("axes fraction", "data"), ha="right", va="bottom", size=SMALL)
    draw_prediction(axes, prediction)
    axes.legend(frameon=False, fontsize=SMALL, loc="upper left")
    return figure
