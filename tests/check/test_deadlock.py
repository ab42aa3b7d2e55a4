"""When ranks wait for one another for good, from their signs of life."""

from scalelab.check.deadlock import SIGNS, wait_for_each_other
from scalelab.check.events import Alive


def signs(call, tensor=None, calls=7, wrapped=False):
    return [Alive(3, "train.py, line 9", call, tensor, wrapped, calls)] * SIGNS


def test_ranks_in_different_calls_wait_for_ever():
    assert wait_for_each_other([signs("allreduce", "loss"), signs("synchronize", wrapped=True)])


def test_ranks_in_the_same_call_may_be_about_to_finish_it():
    assert not wait_for_each_other([signs("allreduce", "loss"), signs("allreduce", "loss")])


def test_a_rank_that_computes_may_still_come():
    assert not wait_for_each_other([signs("allreduce", "loss"), signs(None)])


def test_calls_that_go_on_are_progress():
    moving = [Alive(3, None, "allreduce", "loss", False, calls) for calls in range(SIGNS)]
    assert not wait_for_each_other([moving, signs("synchronize", wrapped=True)])


def test_a_rank_that_was_not_heard_for_long_enough_is_waited_for():
    assert not wait_for_each_other([signs("allreduce", "loss")[1:], signs("synchronize")])
