"""Figures of Lab 3 show what the stored runs say."""

import numpy as np
import pytest

from scalelab.analysis.scaling_laws.critical_batch_size import StepsCurve
from scalelab.experiments.large_batch import SweepRun, SweepRuns
from scalelab.experiments.noise_scale import NoiseRun, NoiseRuns
from scalelab.experiments.sharpness import Minimum
from scalelab.figures.figure import png
from scalelab.figures.lab3.large_batch import (
    End,
    draw_epochs,
    draw_learned,
    draw_noise,
    draw_sharpness,
    draw_speed,
    draw_steps,
    draw_why,
)
from scalelab.figures.lab3.tricks import (
    by_optimizer,
    draw_on_the_way,
    draw_recipes,
    draw_tuning,
    draw_two_clocks,
    table,
)
from scalelab.train import Row

SIZES = [8, 64, 512]


@pytest.fixture(autouse=True)
def no_predictions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def rows(accuracy, images=512, epochs=2):
    return [
        Row(seconds=2.0 * e, training_seconds=1.5 * e, epoch=e, images=images * e, images_per_second=1, loss=1,
            train_accuracy=accuracy + 0.1, validation_accuracy=accuracy * e / epochs)
        for e in range(1, epochs + 1)
    ]  # fmt: skip


def sweep(accuracies, batch_size=256, base="--base-batch 16"):
    """{name: accuracies of the seeds}."""
    runs = [
        SweepRun(name, seed, f"--batch-size {name if name.isdigit() else batch_size} --epochs 2 {base}", 1,
                 rows(accuracy))
        for name, values in accuracies.items()
        for seed, accuracy in enumerate(values)
    ]  # fmt: skip
    return SweepRuns({}, "nothing", runs)


def test_the_regimes_are_shaded_in_their_order():
    curve = StepsCurve(least_steps=50, critical=64)
    steps = {size: curve.steps(size) * np.array([0.95, 1.05]) for size in SIZES}
    figure = draw_steps(steps, curve, "knee", own=(64, 110))
    words = [text.get_text().replace("\n", " ") for text in figure.axes[0].texts]
    regimes = ["perfect scaling", "diminishing returns", "no gain"]
    assert [one for one in words if one in regimes] == regimes
    assert all(any("knee: 64" in text.get_text() for text in axes.texts) for axes in figure.axes)


def test_figures_of_3_1_can_be_drawn():
    curve = StepsCurve(50, 64)
    run = NoiseRun("nothing", 64, 2, 0.1, 0, [3.0, 3.1] * 16, [2.0, 2.1] * 16, [0.2, 0.5])
    for figure in (
        draw_speed(SIZES, np.array([[10.0, 20, 30], [11, 21, 31]])),
        draw_epochs(sweep({"16": [0.5, 0.6], "64": [0.4, 0.5]}), [16, 64]),
        draw_noise(NoiseRuns(0.5, 2, {}, [run]), curve, "knee"),
        draw_why(sweep({"16": [0.5, 0.6], "64": [0.4, 0.5]}), {"16": "small", "64": "large"}),
        draw_learned(sweep({"16": [0.5, 0.6], "64": [0.4, 0.5]}), {"16": "small", "64": "large"}),
    ):
        assert png(figure).startswith(b"\x89PNG")


def test_an_end_stands_at_its_training_loss_with_its_validation_accuracy_and_its_rate_over_its_batch():
    minima = [Minimum("a", 16, seed, [5.0 + seed], [-1.0, 0.0, 1.0], [3.0, 1.0, 3.5]) for seed in (0, 1, 2)]
    figure = draw_sharpness({"small": End(minima, 0.001, np.array([0.5, 0.54]))})
    *_, mark = figure.axes[0].lines
    assert [*mark.get_xdata(), *mark.get_ydata()] == [1, 6]
    assert [text.get_text() for text in figure.axes[0].texts] == ["0.520"]
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["small (1)"]


def test_the_table_has_a_row_for_each_recipe_and_a_place_for_the_own_run():
    measured = sweep({"plain": [0.4, 0.42], "sqrt": [0.5, 0.52]})
    lines = table(measured, {"sqrt": rows(0.51)}).splitlines()
    assert len(lines) == 4
    assert lines[2] == "| plain | 256 | 4 | 0.510 | 0.410 ± 0.028 |  |"
    assert lines[3].endswith("| 0.510 |")


def test_a_batch_that_grows_makes_fewer_updates_the_larger_it_is():
    """Two epochs of 512 images: 8 updates of 64, then 2 of 256."""
    measured = sweep({"grows": [0.4, 0.42]}, batch_size=64, base="--grow-at 1")
    assert "| 64 to 256 | 10 |" in table(measured, {})


def test_a_batch_that_grows_arrives_after_fewer_updates_and_as_many_epochs():
    grows = sweep({"grows": [0.4, 0.42]}, batch_size=64, base="--grow-at 1")
    falls = sweep({"falls": [0.41, 0.43]}, batch_size=64)
    left, right = draw_two_clocks(SweepRuns({}, "", [*falls.runs, *grows.runs]), ["falls", "grows"]).axes
    ends = [[line.get_xdata()[-1] for line in axes.lines if line.get_label() in ("falls", "grows")]
            for axes in (left, right)]  # fmt: skip
    assert ends == [[2, 2], [16, 10]]


def test_own_runs_are_stars_and_the_first_recipe_is_the_measure():
    measured = sweep({"plain": [0.4, 0.42], "sqrt": [0.5, 0.52]})
    figure = draw_recipes(measured, {"sqrt": rows(0.51)})
    stars = [line for line in figure.axes[0].lines if line.get_marker() == "*"]
    assert [list(star.get_xdata()) for star in stars] == [[0.51]]
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == ["plain", "sqrt"]
    assert png(draw_on_the_way(measured, ["plain", "sqrt"]))


def test_tuning_is_shown_by_the_rate_of_the_whole_batch():
    tuning = sweep({"sgd 0.1": [0.5], "sgd 0.2": [0.6], "lars 1": [0.55], "lars 2": [0.4]})
    found = by_optimizer(tuning)["sgd"]
    assert list(found) == pytest.approx([1.6, 3.2])
    assert list(found.values()) == [0.5, 0.6]
    assert len(draw_tuning(tuning).axes) == 2


def test_a_rate_that_fails_is_told_at_the_edge_and_does_not_hide_the_others():
    figure = draw_tuning(sweep({"sgd 0.1": [0.5], "sgd 0.2": [0.6], "lars 1": [0.55], "lars 2": [0.1]}))
    lars = figure.axes[1]
    assert [list(line.get_ydata()) for line in lars.lines if line.get_marker() == "v"] == [[pytest.approx(0.5)]]
    assert [text.get_text().strip() for text in lars.texts] == ["0.10"]
    assert lars.get_ylim()[0] > 0.45
