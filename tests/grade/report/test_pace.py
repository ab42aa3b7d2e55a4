"""Where the seconds of a run were not those of the wall, that is said; else nothing."""

from dataclasses import replace

from scalelab.grade.report.pace import describe_pace
from scalelab.grade.run.clock.fair_clock import WallClock
from scalelab.grade.run.run import Evidence
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output


def evidence(pace, wall=60.0):
    clock = WallClock()
    clock.counted = lambda seconds: pace * seconds
    return Evidence(Outcome("finished", "", wall, Output(2)), clock)


def test_a_machine_as_it_was_is_not_worth_a_word():
    assert describe_pace(evidence(1.0)) == describe_pace(evidence(1.1)) == describe_pace(evidence(0.5, wall=0.0)) == ""


def test_a_slower_and_a_faster_machine_are_told():
    assert "slower or busier than when the budget was measured: 60 s counted as 30 s." in describe_pace(evidence(0.5))
    assert "faster than when the budget was measured: 60 s counted as 90 s." in describe_pace(evidence(1.5))


def test_what_a_long_start_was_is_told_where_it_left_too_little():
    late = replace(evidence(1.0), time_went="Before anything was reported: compiling 50 s.")
    assert describe_pace(late) == " Before anything was reported: compiling 50 s."
    assert describe_pace(replace(late, checkpoints=[None, None])) == ""
