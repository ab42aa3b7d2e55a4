"""What was seen of the ranks is explained by the call that undid it; what one machine cannot show is told as well."""

import pytest

from scalelab.check.events import Call, Ended, LearningRate, SaltedHash, Step, Wrapped
from scalelab.check.findings import find_all
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.calls import ScriptCalls
from scalelab.check.source.lr_scaling import NO_SCALING
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output

LINE, CALL = "train.py, line 9", "train.py, line 5"
FINISHED = Outcome("finished", "", 1.0, Output())
FAILED = Outcome("failed", "", 1.0, Output())


def found(told, outcome=FINISHED, **calls):
    ranks = [RankEvents(rank, events) for rank, events in enumerate(told.ranks)]
    return find_all(ranks, outcome, NO_SCALING, ScriptCalls(**calls))


@pytest.fixture
def trained(story):
    """Ranks that have wrapped their optimizer and trained two steps as they should."""
    return story().tell(Wrapped(0, "train.py, line 3", state=False)).averaged().step().averaged().step()


@pytest.mark.parametrize(
    ("calls", "id", "severity"),
    [
        ({"dropped": (CALL, "allreduce")}, "result-dropped", "error"),
        ({"local_rank_as_rank": CALL}, "local-rank-as-rank", "error"),
        ({"synchronizes": CALL}, "parts-out-of-step", "error"),
        ({"torch_sync_batch_norm": CALL}, "sync-batch-norm-idle", "warning"),
        ({"clips": CALL}, "parts-out-of-step", "error"),
    ],
)
def test_a_call_is_told_at_its_line(trained, calls, id, severity):
    (finding,) = found(trained, **calls)
    assert (finding.id, finding.severity, finding.where) == (id, severity, CALL)


@pytest.mark.parametrize(
    "calls",
    [
        {"synchronizes": CALL, "skips": CALL, "waits": CALL, "clips": CALL},
        {"torch_sync_batch_norm": CALL, "uses_torch_distributed": CALL},
        {"scales": CALL},
    ],
)
def test_calls_that_belong_together_are_no_fault(trained, calls):
    assert found(trained, **calls) == []


def test_without_a_wrapped_optimizer_clipping_is_nobodys_affair(story):
    assert found(story().averaged().step().averaged().step(), clips=CALL) == []


@pytest.mark.parametrize("own", [[0.5], []])
def test_a_wrapped_optimizer_that_averages_some_alone_was_wrapped_too_early(story, own):
    told = story().tell(Wrapped(0, "train.py, line 3", state=False))
    for step in range(3):
        told.averaged()
        for rank in (0, 1):
            mine = 0.5 + 0.2 * rank
            weights = [1.0, 1.0, 1.0 - step * mine, 1.0]
            made = {"own": [0.3, mine], "wrapped": True} if own else {"wrapped": True}
            told.ranks[rank].append(
                step_of(step, weights=weights, gradients=[0.4, 0.4, mine, mine], **made)
            )  # fmt: skip
    (finding,) = found(told)
    assert (finding.id, finding.about, finding.where) == ("optimizer-not-wrapped", "parameters", "train.py, line 3")
    assert "Of 2 gradients 1 are each rank's own, although" in finding.message


def step_of(number, **values):
    return Step(number, LINE, 0, 0.1, **values)


def refused(story, optimizers=1):
    told = story().tell(Wrapped(0, "train.py, line 3", state=False))
    for optimizer in range(optimizers):
        told.averaged().step(optimizer=optimizer)
    error = "AssertionError: optimizer.zero_grad() was called after loss.backward() but before optimizer.step()"
    return told.tell(Ended(optimizers, error, "train.py, line 12"))


def test_horovods_refusal_to_reset_is_explained_by_what_came_before(story):
    (reset,) = found(refused(story), FAILED)
    assert "reset after backward() has made them" in reset.message
    (scaled,) = found(refused(story), FAILED, scales=CALL)
    assert "GradScaler" in scaled.message
    assert scaled.where == CALL
    (other,) = found(refused(story, optimizers=2), FAILED)
    assert "the backward of another loss has left" in other.message
    assert other.where == "train.py, line 12"
    assert {one.id for one in (reset, scaled, other)} == {"parts-out-of-step"}


def test_weights_that_differ_in_spite_of_a_broadcast_were_changed_after_it(story):
    told = story().tell(Call("broadcast_parameters", 0, "train.py, line 4"))
    told.averaged().step((1.0, 1.001)).averaged().step((2.0, 2.001))
    (finding,) = found(told)
    assert (finding.id, finding.about, finding.where) == ("weights-not-broadcast", "later", "train.py, line 4")


def exchanging(story, elements, name="allreduce", lines=(7,)):
    """Steps in which the wrapped optimizer averages 100 numbers and the script exchanges so many at each line."""
    told = story()
    for step in range(4):
        for line in lines:
            told.tell(Call(name, step, f"train.py, line {line}", None, elements))
        told.averaged().step()
    return told


def test_averaged_twice_is_as_many_numbers_at_one_line_as_the_optimizer_has(story):
    (finding,) = found(exchanging(story, 100))
    assert (finding.id, finding.where) == ("parts-out-of-step", "train.py, line 7")


@pytest.mark.parametrize(
    ("elements", "name", "lines"),
    [(99, "allreduce", (7,)), (512, "allgather", (7,)), (100, "allgather", (7,)), (50, "allreduce", (7, 8))],
)
def test_a_loss_embeddings_or_factors_are_no_gradients(story, elements, name, lines):
    assert found(exchanging(story, elements, name, lines)) == []


def stepping(story, *steps):
    """Told steps, each (number, weights of the ranks, gradients of the ranks), by an optimizer that is wrapped."""
    told = story().tell(Wrapped(0, "train.py, line 3", state=False))
    told.tell(Call("broadcast_parameters", 0, "train.py, line 4"))
    for number, weights, gradients in steps:
        told.averaged()
        for rank in (0, 1):
            w, g = weights[rank], gradients[rank]
            told.ranks[rank].append(step_of(number, weights=[w, abs(w)], gradients=[g, abs(g)], wrapped=True))
    return told


SAME = [(number, (1.0 - number / 100,) * 2, (0.5, 0.5)) for number in range(8)]


def test_gradients_that_are_each_ranks_own_from_some_step_on_are_found_there(story):
    told = stepping(story, *SAME, (16, (0.8, 0.8), (0.4, 0.4)), (32, (0.7, 0.7), (0.3, 0.5)),
                    (48, (0.6, 0.602), (0.3, 0.5)), (64, (0.5, 0.503), (0.2, 0.5)))  # fmt: skip
    assert {finding.id for finding in found(told)} == {"optimizer-not-wrapped"}


def test_weights_that_one_rank_changes_in_mid_training_are_found(story):
    told = stepping(
        story, *SAME, (16, (0.8, 0.8), (0.4, 0.4)), (32, (0.7, 1.7), (0.3, 0.3)), (48, (0.6, 1.6), (0.2, 0.2))
    )
    (finding,) = found(told)
    assert (finding.id, finding.about) == ("weights-not-broadcast", "alone")
    assert "before step 33" in finding.message


def test_weights_that_differ_once_and_are_alike_again_have_been_broadcast(story):
    assert found(stepping(story, *SAME, (16, (0.8, 1.8), (0.4, 0.4)), (32, (0.7, 0.7), (0.3, 0.3)))) == []


def test_an_optimizer_that_one_rank_alone_has_is_compared_with_none(story):
    """Rank 0 looks for a learning rate on a copy, before all train."""
    told = story().tell(Wrapped(0, "train.py, line 3", state=False))
    for step in range(3):
        told.ranks[0].append(Step(step, "find.py, line 5", 0, 10.0**step, [9.0, 9.0], [3.0, 3.0]))
        told.ranks[0].append(LearningRate(step, 0, 10.0**step))
    for number in range(4):
        told.averaged()
        for rank, (optimizer, before) in enumerate([(1, 3), (0, 0)]):
            weights = [1.0 - number, abs(1.0 - number)]
            told.ranks[rank].append(Step(before + number, LINE, optimizer, 0.1 * number, weights, [1.0, 1.0]))
            told.ranks[rank].append(LearningRate(before + number, optimizer, 0.1 * number))
    assert found(told) == []


def test_clipping_that_may_never_be_done_explains_gradients_that_differ_and_nothing_else(trained, story):
    assert found(trained, may_clip=CALL) == []
    told = stepping(story, *[(n, (1.0 - n, 1.0 - 1.2 * n), (1.0, 1.2)) for n in range(4)])
    (finding,) = found(told, may_clip=CALL)
    assert (finding.id, finding.about) == ("parts-out-of-step", "clip")


def test_steps_after_a_rank_has_joined_are_not_compared(story):
    """Uneven parts: the others made steps without it, and their numbers are those of other steps from then on."""
    later = [(16, (0.8, 0.7), (0.4, 0.3)), (32, (0.6, 0.4), (0.2, 0.1)), (48, (0.4, 0.2), (0.1, 0.0))]
    assert {one.id for one in found(stepping(story, *SAME, *later))} == {"optimizer-not-wrapped"}
    told = stepping(story, *SAME, *later)
    told.ranks[0].append(Call("join", 12, LINE))
    told.ranks[1].append(Call("join", 14, LINE))
    assert found(told) == []


def test_parts_that_are_dealt_by_a_salted_hash_overlap(trained):
    assert found(trained, hashes_by_size=CALL) == []  # of a number, or with a seed
    trained.tell(SaltedHash(0, CALL))
    assert found(trained) == []
    (finding,) = found(trained, hashes_by_size=CALL)
    assert (finding.id, finding.where, finding.about) == ("parts-overlap", CALL, "hash")
