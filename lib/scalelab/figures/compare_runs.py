"""All runs of a folder in one figure: what each reached by which second, image and update."""

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib import colormaps
from matplotlib.figure import Figure

from scalelab.figures.figure import new_figure, show
from scalelab.train import Row, read_record
from scalelab.train.record import RECORD_NAME

STYLES = ("-", "--", "-.", ":")
COLOURS = colormaps["cividis"]
AXES = {
    "seconds": lambda row: row.seconds,
    "images seen": lambda row: row.images,
    "updates": lambda row: row.images / row.effective_batch_size if row.effective_batch_size else None,
}


def compare(folder: Path | str = "runs") -> None:
    """Show the validation (else training) accuracy of all runs below the folder, against three measures of effort."""
    runs = find_runs(Path(folder))
    if not runs:
        print(f"No run below {folder} has reported an accuracy yet; run a script with --out {folder}/NAME.")
        return
    show(draw_runs(runs), describe_runs(runs), "A run that leads in one of the three may trail in another.")


def find_runs(folder: Path) -> dict[str, list[Row]]:
    """The rows of every record below the folder that has an accuracy, by the name of its own folder."""
    found = sorted(path.parent for path in folder.rglob(RECORD_NAME))
    runs = {str(place.relative_to(folder)): read_record(place) for place in found}
    return {name: rows for name, rows in runs.items() if any(accuracy(row) is not None for row in rows)}


def accuracy(row: Row) -> float | None:
    """The validation accuracy of a report, else its training accuracy."""
    return row.validation_accuracy if row.validation_accuracy is not None else row.train_accuracy


def draw_runs(runs: Mapping[str, Sequence[Row]]) -> Figure:
    """Three panels that share the accuracy; every run has a colour, a line style and its name in the legend."""
    figure, axes = new_figure(columns=3, width=10, height=3.6, sharey=True)
    styles = itertools.cycle(STYLES)
    for place, ((name, rows), style) in enumerate(zip(runs.items(), styles, strict=False)):
        colour = COLOURS(0.9 * place / max(len(runs) - 1, 1))
        for one, measure in zip(axes, AXES.values(), strict=True):
            points = [(measure(row), accuracy(row)) for row in rows]
            points = [point for point in points if None not in point]
            if points:
                one.plot(*zip(*points, strict=True), style, color=colour, marker="o", markersize=3, label=name)
    for one, label in zip(axes, AXES, strict=True):
        one.set(xlabel=label, ylim=(0, 1))
        one.locator_params(axis="x", nbins=4)
    axes[0].set_ylabel("accuracy")
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=min(len(names), 4), frameon=False, fontsize=8)
    return figure


def describe_runs(runs: Mapping[str, Sequence[Row]]) -> str:
    """The last accuracy of each run, the best first, and its seconds."""
    reached = {
        name: [(found, row.seconds) for row in rows if (found := accuracy(row)) is not None]
        for name, rows in runs.items()
    }
    last = sorted(((name, *found[-1]) for name, found in reached.items()), key=lambda one: -one[1])
    return "; ".join(f"{name}: accuracy {found:.3f} after {seconds:.0f} s" for name, found, seconds in last)
