"""How ranks begin and whether they exchange gradients, judged from events alone."""

import msgspec
import pytest

from scalelab.check.events import Alive, Call, Ended, Step, Untrained, Wrapped
from scalelab.check.findings.compare import equal
from scalelab.check.judging import judge_run
from scalelab.check.rank_events import RankEvents
from scalelab.check.report import Report, judge
from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Line, Output

FINISHED = Outcome("finished", "All 2 ranks finished after 1.0 s.", 1.0, Output())
FAILED = Outcome("failed", "The job ended with an error, but no rank said why.", 1.0, Output())


def test_ranks_with_equal_weights_and_gradients_have_no_finding(story):
    assert story().averaged().step().averaged().step(weights=(2.0, 2.0)).ids() == set()


def test_a_script_that_never_initialises_has_that_one_finding(story):
    assert story(initialized=False).step((1.0, 2.0), (1.0, 2.0)).step((1.5, 2.5), (1.0, 2.0)).ids() == {
        "not-initialized"
    }


def test_a_script_that_asks_before_it_initialises_is_told_where(story):
    asked = Ended(0, "ValueError: Horovod has not been initialized; use hvd.init().", "train.py, line 12")
    (finding,) = story(initialized=False).tell(asked).findings(FAILED)
    assert (finding.id, finding.where) == ("not-initialized", "train.py, line 12")


def test_different_weights_before_the_first_step_are_not_broadcast(story):
    (finding,) = story().averaged().step((1.0, 1.001)).averaged().step((2.0, 2.001)).findings()
    assert (finding.id, finding.where) == ("weights-not-broadcast", "train.py, line 9")


def test_a_broadcast_after_the_first_step_is_out_of_step(story):
    late = story().averaged().step((1.0, 1.001)).tell(Call("broadcast_parameters", 1, "train.py, line 12"))
    (finding,) = late.averaged().step().findings()
    assert (finding.id, finding.where) == ("parts-out-of-step", "train.py, line 12")


def test_an_optimizer_wrapped_with_its_state_loses_it(story):
    told = story().tell(Wrapped(0, "train.py, line 3", state=True)).averaged().step().averaged().step()
    assert told.ids() == {"parts-out-of-step"}


def test_different_gradients_and_weights_that_move_apart_are_not_averaged(story):
    told = story().step(gradients=(0.5, 0.7)).step((0.95, 0.93), (0.4, 0.6))
    assert told.ids() == {"optimizer-not-wrapped"}


def test_different_gradients_are_fine_where_the_weights_stay_together(story):
    """Adasum, or weights that are averaged after the step."""
    told = story()
    for weight in (1.0, 0.9, 0.8):
        told.averaged().step((weight, weight), (0.5, 0.7))
    assert told.ids() == set()


def test_weights_averaged_by_hand_leave_each_rank_its_own_momentum(story):
    told = story()
    for step, weight in enumerate((1.0, 0.9, 0.8)):
        told.tell(Call("allreduce", step, "train.py, line 8", None, 100)).step(
            (weight, weight), (0.5, 0.7), keeps_state=True
        )
    (finding,) = told.findings()
    assert (finding.id, finding.severity, finding.where) == ("weights-averaged", "warning", "train.py, line 8")


def test_weights_averaged_every_so_often_are_local_sgd(story):
    told = story()
    for step, weights in enumerate(((1.0, 1.0), (0.9, 0.8), (0.8, 0.6), (0.7, 0.7), (0.6, 0.5))):
        if step == 3:
            told.tell(Call("allreduce", step, "train.py, line 8", None, 100))
        told.step(weights, (0.5, 0.7))
    assert told.ids() == {"weights-averaged"}


def test_weights_that_one_rank_sends_every_so_often_are_no_average(story):
    told = story()
    for step, weights in enumerate(((1.0, 1.0), (0.9, 0.8), (0.8, 0.6), (0.8, 0.8), (0.7, 0.6), (0.6, 0.4))):
        if step == 3:
            told.tell(Call("broadcast", step, "train.py, line 8", None, 100))
        told.step(weights, (0.5, 0.7))
    assert "optimizer-not-wrapped" in told.ids()


def test_gradients_that_nobody_exchanges_are_not_averaged_though_weights_stay_together(story):
    """ZeroRedundancyOptimizer around a model that is not wrapped: each weight is stepped by its owner alone."""
    told = story()
    for weight in (1.0, 0.9, 0.8):
        told.step((weight, weight), (0.5, 0.7))
    told.tell(Call("allreduce", 3, "train.py, line 12", None, 2))  # a metric
    assert told.ids() == {"optimizer-not-wrapped"}


def test_some_gradients_left_out_of_the_averaging_are_counted(story):
    told = story().averaged()
    for number, weights in enumerate(((1.0, 1.0), (0.9, 0.8))):
        for rank, own in enumerate((0.5, 0.7)):
            step = Step(number, None, 0, 0.1, [weights[rank], 1.0], [0.3, 0.3, own, own])
            told.ranks[rank].append(step)
    (finding,) = told.findings()
    assert finding.message.startswith("Of 2 gradients 1 are each rank's own")


def test_ranks_that_never_exchange_anything_are_not_averaged_even_if_equal(story):
    assert story().step().step().ids() == {"optimizer-not-wrapped"}


@pytest.mark.parametrize("end", [Ended(0), Alive(0, "train.py, line 20", "barrier")])
def test_a_rank_that_makes_no_step_while_another_trains_is_idle(story, end):
    told = story().step().step()
    told.ranks[1][1:] = [end]
    (finding,) = told.findings()
    assert (finding.id, finding.rank, finding.where) == ("rank-idle", 1, "train.py, line 9")


def test_a_rank_that_crashed_before_its_first_step_is_not_idle(story):
    told = story().step().step()
    told.ranks[1][1:] = [Ended(0, "ValueError: no", "train.py, line 2")]
    assert told.ids(FAILED) == {"rank-crashed"}


REFUSED = "AssertionError: Gradients were computed more than backward_passes_per_step times before call to step()"


@pytest.mark.parametrize("gradients", [(0.5, 0.7), (0.5, 0.5)])
def test_a_wrapped_optimizer_whose_result_is_dropped_is_told_so_when_horovod_refuses_the_second_backward(
    story, gradients
):
    told = story().tell(Wrapped(0, "train.py, line 3", state=False)).step(gradients=gradients, replaced=True)
    (finding,) = told.tell(*[Ended(1, REFUSED, "train.py, line 8")] * 2).findings(FAILED)
    assert (finding.id, finding.where) == ("optimizer-not-wrapped", "train.py, line 9")
    assert "not the one that it returned" in finding.message


def test_a_dropped_result_is_told_though_one_rank_was_ended_before_its_first_step(story):
    told = story().step(replaced=True).tell(*[Ended(1, REFUSED, "train.py, line 8")] * 2)
    told.ranks[0][1:] = []
    assert told.ids(FAILED) == {"optimizer-not-wrapped"}


def test_a_wrapped_optimizer_whose_result_is_dropped_is_told_so_when_it_was_collected(story):
    told = story().tell(Wrapped(0, "train.py, line 3", state=False))
    told.step(gradients=(0.5, 0.7), replaced=True).step((0.95, 0.93), (0.4, 0.6), replaced=True)
    (finding,) = told.findings()
    assert "not the one that it returned" in finding.message


def test_the_optimizer_that_was_given_away_may_step_by_gradients_that_are_averaged(story):
    told = story().tell(Wrapped(0, "train.py, line 3", state=False))
    assert told.averaged().step(replaced=True).averaged().step(replaced=True).ids() == set()


def test_the_rank_with_an_error_of_its_own_crashed_not_its_victim(story):
    victim = Ended(3, "horovod.common.exceptions.HorovodInternalError: Horovod has been shut down.", "train.py, line 8")
    told = story().averaged().step().averaged().step().tell(victim, Ended(3, "ValueError: boom", "train.py, line 5"))
    (finding,) = told.findings(FAILED)
    assert (finding.id, finding.rank, finding.where) == ("rank-crashed", 1, "train.py, line 5")
    assert "ValueError: boom" in finding.message


def test_a_crash_in_a_helper_says_which_line_of_the_script_led_there(story):
    told = story().averaged().step().averaged().step()
    ended = Ended(2, "ValueError: boom", "data.py, line 5", through=["train.py, line 31", "train.py, line 80"])
    (finding,) = told.tell(Ended(2), ended).findings(FAILED)
    assert finding.where == "data.py, line 5"
    assert "at data.py, line 5, called from train.py, line 31, called from train.py, line 80." in finding.message


def test_a_killed_rank_is_found_by_its_exit_code(story):
    output = Output()
    output.add(Line(None, "stderr", "Process 1 exit with status code 137."))
    told = story().averaged().step().averaged().step().tell(Alive(2, "train.py, line 7", None))
    (finding,) = told.findings(Outcome("failed", "", 1.0, output))
    assert (finding.id, finding.rank, finding.where) == ("rank-crashed", 1, "train.py, line 7")


def test_a_stall_says_where_every_rank_stands(story):
    told = story().averaged().step().averaged().step()
    told.tell(Alive(2, "train.py, line 4", "allreduce", "loss"), Alive(2, "train.py, line 8", "allgather", "all"))
    (finding,) = told.findings(FAILED)
    assert (finding.id, finding.where) == ("stalled", "train.py, line 4")
    assert "Rank 0 was at train.py, line 4 in hvd.allreduce for 'loss', after" in finding.message
    assert "Rank 1 was at train.py, line 8 in hvd.allgather for 'all', after" in finding.message


def test_a_rank_that_waits_for_one_the_check_has_ended_is_no_stall(story):
    told = story().averaged().step().averaged().step()
    told.tell(Ended(2, enough=True), Alive(2, "train.py, line 4", "allreduce", "loss"))
    assert told.ids(FAILED) == set()


def test_a_script_that_is_only_slow_is_not_stalled(story):
    slow = Outcome("timeout", "The time was used up.", 60.0, Output())
    told = story().averaged().step().averaged().step().tell(Alive(2, "train.py, line 4", None))
    assert told.ids(slow) == set()
    waiting = story().averaged().step().averaged().step()
    waiting.tell(Alive(2, "train.py, line 4", "allreduce", "loss"), Alive(2, "train.py, line 8", None))
    assert waiting.ids(slow) == {"slow-rank"}


@pytest.mark.parametrize(("other", "same"), [([1.0, 2.0], True), ([1.001, 2.0], False), ([1.0, 2.0, 3.0, 3.0], True)])
def test_fingerprints_are_equal_within_rounding(other, same):
    assert equal([[1.0, 2.0], other]) is same


def judged(told, outcome=FINISHED):
    return judge_run([RankEvents(i, events) for i, events in enumerate(told.ranks)], outcome)


def test_where_no_optimizer_steps_there_is_nothing_to_judge(story):
    with pytest.raises(ScaleLabError, match="The script made no optimizer step, so there is nothing to judge"):
        judged(story().tell(Ended(0)))
    one_alone = story().step().tell(Ended(1), Ended(0))
    del one_alone.ranks[1][1]
    with pytest.raises(ScaleLabError, match="Rank 1 made no optimizer step"):
        judged(one_alone)


def test_a_run_without_a_step_that_was_ended_says_why(story):
    large = Outcome("memory", "The ranks used more than 2 GB of memory together, and all were ended.", 9.0, Output())
    with pytest.raises(ScaleLabError, match="no optimizer step.*more than 2 GB"):
        judged(story().tell(Alive(0, "train.py, line 4", None)), large)


def test_an_error_is_told_though_it_came_before_the_first_step(story):
    assert judged(story(initialized=False).tell(Ended(0))).ids() == {"not-initialized"}
    assert judged(story().tell(Ended(0, "ValueError: no", "train.py, line 2")), FAILED).ids() == {"rank-crashed"}


def test_converted_means_no_error_and_json_comes_back_whole(story):
    findings = story(initialized=False).step().findings()
    report = judge(findings, 2, 1)
    assert not report.converted
    assert Report.from_json(report.to_json()) == report
    keys = set(msgspec.json.decode(report.to_json())["findings"][0])
    assert keys == {"id", "severity", "rank", "where", "message", "hint", "about"}
    assert judge([], 2, 8).converted


def test_a_target_network_that_nobody_has_sent_is_not_broadcast(story):
    told = story().averaged().step().averaged()
    told.tell(Untrained(1, "train.py, line 6", [1.0, 1.0]), Untrained(1, "train.py, line 6", [1.5, 1.5])).step()
    (finding,) = told.findings()
    assert (finding.id, finding.about, finding.where) == ("weights-not-broadcast", "untrained", "train.py, line 6")


def test_one_that_is_the_same_on_all_or_that_one_rank_alone_calls_is_no_fault(story):
    told = story().averaged().step().averaged().tell(Untrained(1, "train.py, line 6", [1.0, 1.0])).step()
    told.ranks[0].append(Untrained(2, "train.py, line 30", [5.0, 5.0]))
    assert told.ids() == set()
