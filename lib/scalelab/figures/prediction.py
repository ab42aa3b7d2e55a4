"""What the learner has predicted: kept beside the notebook, and drawn into the figure that shows the truth.

It stands in PREDICTIONS_FILE, so that it outlives the kernel.
"""

import json
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes

from scalelab.figures.encoding import PREDICTION, SMALL, Style
from scalelab.files.atomic import write_file

PREDICTIONS_FILE = Path(".predictions.json")


def kept(name: str) -> Any:
    """The prediction of that name: a number, an option, or [x, y] of a curve. None if there is none."""
    return _all_kept().get(name)


def draw_prediction(axes: Axes, name: str, along: str = "x", label: str = "your prediction") -> None:
    """Draw what was predicted in dashed grey: a number as a line across (`along` its axis, x or y), a curve as it is.

    Without a prediction a small grey note says so.
    """
    value = kept(name)
    if isinstance(value, list):
        axes.plot(*value, label=label, **PREDICTION)
    elif isinstance(value, int | float):
        across = axes.axvline if along == "x" else axes.axhline
        across(value, label=label, **PREDICTION)
    else:
        paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5}
        note: Style = {"ha": "right", "va": "bottom", "size": SMALL, "color": "0.5", "bbox": paper, "zorder": 6}
        axes.annotate("no prediction kept", (0.99, 0.01), xycoords="axes fraction", **note)


def store(name: str, value: Any) -> str:
    """Keep it (None: forget it), whole or not at all; gives the reason where the folder does not take it."""
    stored = {key: old for key, old in _all_kept().items() if key != name}
    stored |= {} if value is None else {name: value}
    try:
        write_file(PREDICTIONS_FILE, json.dumps(stored, indent=1).encode())
    except OSError as error:
        return f"Could not be kept: this folder takes no files ({error.strerror})."
    return ""


def _all_kept() -> dict[str, Any]:
    try:
        stored = json.loads(PREDICTIONS_FILE.read_text())
    except (OSError, ValueError):
        return {}
    return stored if isinstance(stored, dict) else {}
