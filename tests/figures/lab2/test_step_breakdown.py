"""The figures of notebook 2.3 show what was measured, at the length it has."""

import warnings

import numpy as np
import pytest
import torch

from scalelab.experiments.horovod_settings import DEFAULT, Experiment, Timed
from scalelab.figures.figure import png
from scalelab.figures.lab2.allreduce_cost import draw_message_cost, draw_model_check
from scalelab.figures.lab2.half_precision import draw_half
from scalelab.figures.lab2.step_breakdown import draw_accumulation, draw_cycles, draw_ratios, draw_stages
from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.half_precision import half_errors

STAGES = ("input", "forward", "backward", "exchange", "update")
COST = MessageCost(latency=1e-4, bandwidth=1e9)


@pytest.fixture(autouse=True)
def no_warnings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # no predictions kept here
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def test_the_stages_of_a_step_fill_it_one_after_the_other():
    figure = draw_stages({"1": dict.fromkeys(STAGES, 0.002), "2": dict.fromkeys(STAGES, 0.004)}, "none")
    axes = figure.axes[0]
    second = [bar for bar in axes.patches if bar.get_y() > 0.5]
    assert [bar.get_x() for bar in second] == pytest.approx([0, 4, 8, 12, 16])
    texts = [text.get_text() for text in axes.texts]
    assert {" 10.0 ms", " 20.0 ms", "backward\n4.0", "no prediction kept"} <= set(texts)
    assert png(figure)


def test_a_stage_too_short_for_its_name_is_not_written_over_its_neighbours():
    axes = draw_stages({"1": dict(zip(STAGES, (0.0001, 0.01, 0.01, 0.01, 0.0001), strict=True))}).axes[0]
    names = {text.get_text().split("\n")[0] for text in axes.texts if "\n" in text.get_text()}
    assert names == {"forward", "backward", "exchange"}


def experiment(**steps):
    rounds = [{DEFAULT: timed(0.01 * k)} | {name: timed(step * k) for name, step in steps.items()} for k in (1, 5)]
    return Experiment("resnet-8", 16, [400], rounds)


def timed(step):
    return Timed(step, [step / 5] * 5, 32, 0.0)


def test_settings_stand_in_the_same_rows_left_of_the_line_if_faster():
    experiments = {"a": experiment(fp16=0.02, off=0.005), "b": experiment(fp16=0.005)}
    left, right = draw_ratios(experiments, {"a": "A", "b": "B"}).axes
    assert [label.get_text() for label in left.get_yticklabels()] == ["fp16", "off"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in left.patches]
    assert [max(end, key=lambda x: abs(x - 1)) for end in ends] == pytest.approx([2, 0.5])
    assert len(right.patches) == 1


def test_the_stored_cycles_stand_above_the_line_of_one_cycle():
    axes = draw_cycles([0.1, 1, 5], np.array([[0.01, 0.01, 0.02], [0.012, 0.01, 0.02]]), 1, "none").axes[0]
    line = next(line for line in axes.lines if line.get_label() == "one cycle")
    assert list(line.get_ydata()) == [0.1, 1, 5]
    assert png(axes.figure)


def test_seconds_to_the_target_are_images_over_speed_and_missing_runs_leave_gaps():
    speeds, images = np.array([[1000.0, 2000.0], [1000.0, 2000.0]]), {32: [5000.0, 7000.0], 64: []}
    left, middle, right = draw_accumulation([1, 2], speeds, [32, 64], images).axes
    assert left.lines[0].get_ydata() == pytest.approx([1000, 2000])
    assert middle.lines[0].get_ydata() == pytest.approx([6000])
    assert right.lines[0].get_ydata() == pytest.approx([6])
    assert png(left.figure)


def test_the_model_and_the_messages_stand_on_the_same_axes():
    sizes = [256, 4096, 65536, 2**20]
    figure = draw_message_cost({size: [float(COST.seconds(size, 2))] * 3 for size in sizes}, COST, 2, "none")
    dots, line = figure.axes[0].lines[0], next(x for x in figure.axes[0].lines if x.get_label() == "both together")
    assert dots.get_ydata() == pytest.approx(1e3 * COST.seconds(sizes, 2))
    assert line.get_ydata()[[0, -1]] == pytest.approx(dots.get_ydata()[[0, -1]])
    assert png(figure)


def test_each_run_has_its_dot_and_its_diamond_in_one_row():
    axes = draw_model_check(
        {"on": np.array([0.001, 0.002, 0.003]), "off": np.array([0.02])}, {"on": 0.001, "off": 0.03}
    ).axes[0]
    diamonds = next(line for line in axes.lines if line.get_marker() == "D")
    assert list(zip(diamonds.get_ydata(), diamonds.get_xdata(), strict=True)) == [(0, 1.0), (1, 30.0)]
    assert axes.lines[0].get_xdata() == pytest.approx([2, 20])


def test_a_gradient_is_drawn_over_the_whole_range_of_halves():
    gradient = 1e-3 * torch.randn(1000, generator=torch.Generator().manual_seed(0))
    factors = [10.0**k for k in range(-8, 9)]
    left, right = draw_half(gradient, factors, half_errors(gradient, factors), noise=1.2).axes
    assert sum(bar.get_height() for bar in left.containers[0]) == (gradient != 0).sum()
    assert left.get_xlim()[0] < 2**-24
    assert left.get_xlim()[1] > 65504
    drawn = right.lines[0].get_xdata()
    assert 0 < len(drawn) < len(factors)  # infinite errors are shaded, not drawn
    assert png(right.figure)
