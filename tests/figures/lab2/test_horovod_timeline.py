"""The picture of a step: a row for each tensor, every phase where it was, and none told by colour alone."""

import pytest

from scalelab.errors import ScaleLabError
from scalelab.figures import png
from scalelab.figures.lab2.horovod_timeline import STAGES, STYLES, draw_fusion, draw_step, kind_of
from scalelab.launch.timeline import Event, Ready

STEP = [
    Event("allreduce.2.bias", "NEGOTIATE_ALLREDUCE", 1.000, 0.002),
    Event("allreduce.0.bias", "NEGOTIATE_ALLREDUCE", 1.001, 0.001),
    Event("allreduce.2.bias", "ALLREDUCE", 1.002, 0.003),
    Event("allreduce.2.bias", "MEMCPY_IN_FUSION_BUFFER", 1.002, 0.001, 1),
    Event("allreduce.2.bias", "GLOO_ALLREDUCE", 1.003, 0.001, 1),
    Event("allreduce.0.bias", "GLOO_ALLREDUCE", 1.003, 0.001, 1),
]


def test_every_phase_is_a_bar_in_its_tensors_row():
    axes = draw_step(STEP).axes[0]
    bars = {(round(bar.get_y() + bar.get_height() / 2), round(bar.get_x(), 6), round(bar.get_width(), 6))
            for bar in axes.patches}  # fmt: skip
    assert bars == {(0, 0, 2), (1, 1, 1), (0, 2, 3), (0, 2, 1), (0, 3, 1), (1, 3, 1)}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["2.bias", "0.bias"]
    assert axes.get_title() == "2 tensors in 1 message"


def test_kinds_of_phases_differ_without_colour():
    looks = [(style["facecolor"], style.get("hatch")) for style in STYLES.values()]
    assert len(set(looks)) == len({kind_of(event) for event in STEP}) == 4


def test_ranks_stand_where_they_were_ready_and_share_a_mark_where_they_were_so_together():
    ready = [Ready("allreduce.2.bias", 1, 1.0), Ready("allreduce.2.bias", 0, 1.001999),
             Ready("allreduce.0.bias", 1, 1.001), Ready("allreduce.0.bias", 0, 1.00101),
             Ready("allreduce.0.bias", 0, 7.0), Ready("broadcast.x", 0, 1.0)]  # fmt: skip
    texts = [text.get_text() for text in draw_step(STEP, ready).axes[0].texts]
    assert texts == ["1", "0", "1,0"]


def test_a_phase_that_never_ended_runs_to_the_edge():
    axes = draw_step([Event("allreduce.a", "NEGOTIATE_ALLREDUCE", 0, None), *STEP[:1]]).axes[0]
    assert [text.get_text() for text in axes.texts] == ["\N{RIGHTWARDS ARROW}"]
    assert png(axes.figure).startswith(b"\x89PNG")


def test_no_step_and_too_many_tensors_are_refused():
    with pytest.raises(ScaleLabError, match="got 0"):
        draw_step([])
    with pytest.raises(ScaleLabError, match="got 99"):
        draw_step([Event(str(k), "ALLREDUCE", 0, 1) for k in range(99)])


def test_the_scripts_stages_stand_in_a_row_above_on_the_same_clock():
    stages = {"input": (0.999, 0.9991), "backward": (0.9991, 1.003), "exchange": (1.003, 1.009)}
    axes = draw_step(STEP, stages=stages).axes[0]
    above = [bar for bar in axes.patches if bar.get_y() < -1]
    assert [round(bar.get_x(), 6) for bar in above] == [0, 0.1, 4]  # milliseconds since the step began
    assert [round(bar.get_x() + bar.get_width(), 6) for bar in above] == [0.1, 4, 10]
    assert [text.get_text() for text in axes.texts] == ["backward", "exchange"]  # the others are too short for a name
    first = next(bar for bar in axes.patches if bar.get_y() > -1)
    assert first.get_x() == pytest.approx(1)
    assert axes.get_yticklabels()[0].get_text() == "the script"


def test_stages_differ_without_colour():
    looks = {(style["facecolor"], style.get("hatch")) for style in STAGES.values()}
    assert len(looks) == len(STAGES)


def test_fused_and_not_fused_stand_on_one_axis_of_time():
    apart = [*STEP[:5], Event("allreduce.0.bias", "GLOO_ALLREDUCE", 1.0045, 0.002, 1)]
    left, right = draw_fusion({"on": STEP, "off": apart}).axes
    assert left.get_title() == "on\n2 tensors in 1 message, 5.0 ms"
    assert right.get_title() == "off\n2 tensors in 2 messages, 6.5 ms"
    assert left.get_xlim() == right.get_xlim()
