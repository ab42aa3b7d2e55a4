"""The order of a conversion's parts, epochs of unequal length, and advice on the rate, judged from events alone."""

import pytest

from scalelab.check.events import Alive, Batch, Call, Ended, LearningRate, Mark, Step, Zeroed
from scalelab.check.findings import device, lr_scaling
from scalelab.check.findings.epochs import find as find_epochs
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.calls import ScriptCalls
from scalelab.check.source.lr_scaling import LRScaling
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output

LINE = "train.py, line 9"
FAILED = Outcome("failed", "The job ended with an error, but no rank said why.", 1.0, Output())


def test_gradients_reset_before_the_step_are_all_zero_when_used(story):
    told = story()
    for step in range(3):
        told.tell(Zeroed(step, "train.py, line 8")).averaged().step(gradients=(0.0, 0.0))
    (finding,) = told.findings()
    assert (finding.id, finding.where) == ("parts-out-of-step", "train.py, line 8")


def test_a_reset_of_other_gradients_between_backward_and_step_is_no_fault(story):
    """Two networks: the one's gradients are reset while the other's wait."""
    told = story()
    for step in range(3):
        told.tell(Zeroed(step, "train.py, line 8")).averaged().step(gradients=(0.5, 0.5))
    assert told.ids() == set()


def test_gradients_averaged_by_the_script_and_by_its_optimizer_are_averaged_twice(story):
    told = story()
    for step in range(4):
        told.tell(Call("allreduce", step, LINE, "weight", 100)).averaged().step()
    (finding,) = told.findings()
    assert (finding.id, finding.where) == ("parts-out-of-step", LINE)
    assert "twice" in finding.message


def test_averaged_twice_is_seen_however_many_steps_come_after(story):
    """Of later steps one in sixteen is told."""
    told = story()
    for step in range(8):
        told.tell(Call("allreduce", step, LINE, "weight", 100)).averaged().step()
    for step in range(16, 400, 16):
        told.tell(Call("allreduce", step, LINE, "weight", 100))
        told.tell(Call("allreduce", step, None, elements=100, wrapped=True))
    assert told.ids() == {"parts-out-of-step"}


def test_a_metric_averaged_at_every_step_is_no_second_averaging(story):
    told = story()
    for step in range(4):
        told.tell(Call("allreduce", step, LINE, "loss", 1)).averaged().step()
    assert told.ids() == set()


def test_different_learning_rates_part_the_ranks(story):
    told = story().averaged().step().averaged().step()
    told.tell(LearningRate(2, 0, 0.1), LearningRate(2, 0, 0.01))
    (finding,) = told.findings()
    assert finding.id == "parts-out-of-step"
    assert "0.1 on rank 0, 0.01 on rank 1" in finding.message


@pytest.mark.parametrize(
    ("mine", "theirs", "found"),
    [
        ([0.0, 0.0], [], set()),  # zeros that broadcast_optimizer_state made of nothing
        ([2.0, 2.0], [], {"optimizer-state-not-broadcast"}),
        ([2.0, 2.0], [2.0, 2.0], set()),
        ([2.0, 2.0], [3.0, 3.0], {"optimizer-state-not-broadcast"}),
    ],
)
def test_the_state_before_the_first_step_is_that_of_all_ranks(story, mine, theirs, found):
    told = story().averaged()
    told.step(state=mine)
    first = told.ranks[1][-1]
    told.ranks[1][-1] = type(first)(first.step, first.where, 0, 0.1, first.weights, first.gradients, theirs)
    assert told.averaged().step().ids() == found


def epochs(story, *lengths):
    """Two epochs of these lengths on the two ranks, a shuffle at the start of each."""
    told = story()
    for count in range(max(lengths) + 2):
        marks = [Mark(count, "train.py, line 3", "randperm") if count in (0, length) else None for length in lengths]
        for rank, mark in enumerate(marks):
            if mark:
                told.ranks[rank].append(mark)
        told.averaged().step()
    return told


def test_epochs_of_unequal_length_are_uneven_before_anybody_waits(story):
    (finding,) = epochs(story, 7, 8).findings()
    assert (finding.id, finding.where) == ("uneven-batches", "train.py, line 3")
    assert "7 on rank 0, 8 on rank 1" in finding.message
    assert epochs(story, 8, 8).ids() == set()


def rounds(*lengths):
    """Steps on examples that come again after so many batches on each rank, in an order of their own."""
    made = []
    for rank, length in enumerate(lengths):
        events = [Call("init", 0, LINE)]
        for step in range(max(lengths) + 3):
            place = step % length if step < length else (length - 1 - step) % length
            rows = [1000 * rank + 2 * place, 1000 * rank + 2 * place + 1]
            events += [Call("allreduce", step, LINE, None, 100, wrapped=True), Batch(step, rows=rows)]
            events.append(Step(step, LINE, 0, 0.1, [1.0, 1.0], [0.5, 0.5]))
        made.append(RankEvents(rank, events))
    return made


@pytest.mark.parametrize(("lengths", "told"), [((12, 20), True), ((12, 12), False)])
def test_examples_that_come_again_sooner_on_one_rank_are_uneven_where_the_loop_ends_with_them(lengths, told):
    ends = ScriptCalls(data_loops=(("train.py", 8, 12),))
    found = [*find_epochs(rounds(*lengths), ends)]
    assert [finding.id for finding in found] == ["uneven-batches"] * told
    assert all("12 on rank 0, 20 on rank 1" in finding.message for finding in found)
    assert [*find_epochs(rounds(*lengths))] == []  # a stream, as far as anybody knows


def test_ranks_that_join_may_have_unequal_epochs(story):
    told = epochs(story, 7, 8)
    told.ranks[0].append(Call("join", 7, LINE))
    assert told.ids() == set()


def waiting(story, mine, theirs):
    return story().averaged().step().averaged().step().tell(mine, theirs).findings(FAILED)


def test_a_rank_that_is_through_while_another_waits_within_the_loop_has_run_out_of_batches(story):
    (finding,) = waiting(
        story, Alive(2, "train.py, line 20", "allreduce", "loss", left_loop=True),
        Alive(2, LINE, "synchronize", wrapped=True),
    )  # fmt: skip
    assert finding.id == "uneven-batches"
    assert "Rank 1 was at train.py, line 9 in the averaging of gradients" in finding.message


def test_so_has_one_that_ended_while_the_others_needed_it(story):
    shut = Ended(2, "HorovodInternalError: Horovod has been shut down.", LINE)
    (finding,) = waiting(story, Ended(2), shut)
    assert finding.id == "uneven-batches"


def test_a_call_that_a_condition_on_the_rank_led_to_is_a_stall_wherever_it_stands(story):
    (finding,) = waiting(
        story, Alive(2, "train.py, line 20", "allreduce", "loss", left_loop=True, by_rank=True),
        Alive(2, LINE, "synchronize", wrapped=True),
    )  # fmt: skip
    assert finding.id == "stalled"


@pytest.fixture
def trained(story):
    """Ranks that have trained two steps of 16 images each, at these rates."""

    def make(*lrs):
        told = story()
        for step, lr in enumerate(lrs):
            told.tell(Batch(step, rows=list(range(16 * step, 16 * step + 16)))).step(lr=lr)
            told.tell(LearningRate(step, 0, lr))
        return [RankEvents(rank, events) for rank, events in enumerate(told.ranks)]

    return make


def advice(ranks, **shown):
    return [finding.id for finding in lr_scaling.find(ranks, LRScaling(**shown))]


def test_advice_on_the_rate_names_the_effective_batch_size(trained):
    (finding,) = lr_scaling.find(trained(0.1, 0.1), LRScaling())
    assert (finding.id, finding.severity) == ("learning-rate-not-scaled", "advice")
    assert "32 (2 workers of 16 images each)" in finding.message


def test_a_scaled_rate_wants_a_warmup_unless_it_grows_or_the_batch_was_divided(trained):
    assert advice(trained(0.2, 0.2), scaled=True) == ["no-warmup"]
    assert advice(trained(0.1, 0.2), scaled=True) == []
    assert advice(trained(0.2, 0.2), scaled=True, speaks_of_warmup=True) == []
    assert advice(trained(0.1, 0.1), batch_divided=True) == []


@pytest.mark.parametrize(
    ("devices", "gpus", "found"),
    [
        ((None, None), 0, "not applicable: this machine has no GPU"),
        ((None, None), 2, "not applicable: the script does not train on a GPU"),
        (("GPU-a", "GPU-b"), 2, ""),
        (("GPU-a", "GPU-a"), 2, "device-not-pinned"),
        (("GPU-a", "GPU-a"), 1, ""),  # there is only one
    ],
)
def test_each_rank_has_a_gpu_of_its_own_as_far_as_there_are_any(story, devices, gpus, found):
    told = story().step()
    for rank, name in enumerate(devices):
        step = told.ranks[rank][-1]
        told.ranks[rank][-1] = type(step)(step.step, step.where, 0, 0.1, step.weights, step.gradients, [], name)
    result = device.find([RankEvents(rank, events) for rank, events in enumerate(told.ranks)], gpus)
    assert (result if isinstance(result, str) else result.id).startswith(found)
    assert bool(result) == bool(found)
