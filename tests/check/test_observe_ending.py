"""When the check ends a rank. No ranks are started."""

from dataclasses import dataclass

import pytest
import torch

from scalelab.check.observe import ending
from scalelab.check.observe.observer import FULL_STEPS, Rank, Turns
from scalelab.check.source.unfreezing import unfreezes


@dataclass
class Batches:
    into_second_epoch: bool = True


@pytest.fixture
def rank(tmp_path):
    rank = Rank(tmp_path, tmp_path / "train.py")
    rank.size = 2
    rank.seconds = lambda: ending.FEWEST_SECONDS + 0.1
    yield rank
    rank.file.close()


@pytest.fixture
def ends_at(rank, monkeypatch):
    """ends_at(steps): the step after which rank 0 is ended, if it is within so many."""
    ended = []
    monkeypatch.setattr(ending, "end_together", lambda rank, second_epoch: ended.append(rank.step))

    def ends_at(steps: int) -> int | None:
        for step in range(1, steps + 1):
            rank.step = step
            if not ended:
                ending.perhaps_end(rank, Batches())
        return next(iter(ended), None)

    return ends_at


def test_a_rank_goes_on_while_another_has_not_shown_enough(ends_at):
    assert ends_at(100) is None


def test_a_quick_script_is_observed_for_a_while(rank, ends_at):
    (rank.traces / "enough-1").write_text("11")
    rank.seconds = lambda: ending.FEWEST_SECONDS - 0.1
    assert ends_at(100) is None


def test_all_end_two_steps_after_the_furthest(rank, ends_at):
    (rank.traces / "enough-1").write_text("11")
    assert ends_at(100) == 13


def test_a_rank_whose_script_is_over_is_not_waited_for(rank, ends_at):
    (rank.traces / "done-1").touch()
    assert ends_at(100) == FULL_STEPS + 2


def test_a_rank_that_may_need_one_that_is_over_is_left_to_show_it(rank, ends_at):
    """At the next step it would wait for ever, and that has to be found."""
    (rank.traces / "done-1").touch()
    assert ends_at(FULL_STEPS + 1) is None


def test_steps_that_one_rank_makes_alone_are_not_waited_for(rank, ends_at):
    """A teacher's 50 steps; then those that are averaged count alone."""
    rank.step = 50
    ending.perhaps_end(rank, Batches())
    assert (rank.traces / "enough-0").read_text() == "50"
    rank.averaged_steps = 1
    ending.perhaps_end(rank, Batches())
    assert (rank.traces / "enough-0").read_text() == "1"


def test_a_script_that_will_unfreeze_parameters_is_observed_until_it_has(rank, ends_at):
    frozen = torch.nn.Parameter(torch.ones(1), requires_grad=False)
    rank.script.write_text("p.requires_grad_(False)\n")
    rank.note_frozen([frozen])
    assert not rank.frozen, "it only freezes"
    unfreezes.cache_clear()
    rank.script.write_text("p.requires_grad = not frozen\n")
    rank.note_frozen([frozen])
    (rank.traces / "enough-1").write_text("11")
    assert ends_at(100) is None
    frozen.requires_grad_(True)
    rank.turns[0] = Turns(100, 100)
    rank.in_full = False
    rank.note_unfreezing()
    assert rank.tells(0)
    assert rank.in_full
    assert ends_at(200) == 100 + FULL_STEPS + 2
