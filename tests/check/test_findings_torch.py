"""What is found of scripts of torch.distributed, judged from events alone."""

import re

import pytest

from scalelab.check.events import Alive, Began, Call, Ended, Saved, Wrapped
from scalelab.check.findings import find_all
from scalelab.check.findings.torch_distributed import KNOWN
from scalelab.check.findings.torch_words import HINTS, MESSAGES
from scalelab.check.rank_events import RankEvents
from scalelab.check.source.calls import ScriptCalls
from scalelab.check.source.torch_calls import TorchCalls
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Line, Output

FINISHED = Outcome("finished", "All 2 ranks finished after 1.0 s.", 1.0, Output())
FAILED = Outcome("failed", "The job ended with an error, but no rank said why.", 1.0, Output())
WRAPPED = Wrapped(0, "train.py, line 5", state=False)


@pytest.fixture
def story(story):
    """A story of ranks that torchrun has started."""

    def begin(initialized=True):
        told = story(initialized=False).tell(Began(0, "ddp"))
        return told.tell(Call("init_process_group", 0, "train.py, line 1")) if initialized else told

    return begin


def found(told, calls):
    return find_all([RankEvents(rank, events) for rank, events in enumerate(told.ranks)], FINISHED, calls=calls)


def test_a_wrapped_model_that_is_called_has_no_finding(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, "train.py, line 7"))
    assert told.averaged().step().averaged().step(weights=(2.0, 2.0)).ids() == set()


def test_ddp_without_a_process_group_is_not_initialised(story):
    told = story(initialized=False).tell(
        Ended(0, "ValueError: Default process group has not been initialized, please call ...", "train.py, line 5")
    )
    (finding,) = told.findings(FAILED)
    assert (finding.id, finding.where) == ("not-initialized", "train.py, line 5")
    assert "init_process_group" in finding.hint


@pytest.mark.parametrize(
    ("calls", "words"),
    [
        ([], "no forward goes through the wrapper"),
        (["forward", "no_sync"], "under no_sync"),
        (["forward"], "Each rank steps by its own gradients"),
    ],
)
def test_what_keeps_the_wrapper_from_averaging_is_named(story, calls, words):
    told = story().tell(WRAPPED)
    for name in calls:
        told.tell(Call(name, 0, "train.py, line 7"))
    for weights, gradients in (((1.0, 1.0), (0.5, 0.7)), ((0.9, 0.8), (0.4, 0.6))):
        told.step(weights, gradients, own=[0.5], wrapped=True)
    (finding,) = told.findings()
    assert finding.id == "gradients-not-averaged"
    assert words in finding.message


def test_zeros_shards_stay_equal_and_yet_nothing_is_averaged(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).tell(Call("no_sync", 0, None))
    for weight in (1.0, 0.9, 0.8):
        told.tell(Call("all_reduce", 1, "train.py, line 20", elements=1))
        told.step((weight, weight), (0.5, 0.7), wrapped=True)
    assert told.ids() == {"gradients-not-averaged"}


def test_an_optimizer_of_other_parameters_does_nothing(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None))
    for _ in range(3):
        told.averaged().step(gradients=(0.0, 0.0), idle=True)
    assert told.ids() == {"optimizer-idle"}


def test_one_that_steps_by_itself_does_something(story):
    """An optimizer may use gradients up, as some do that step within the backward."""
    told = story().tell(WRAPPED).tell(Call("forward", 0, None))
    for weight in (1.0, 0.9, 0.8):
        told.averaged().step((weight, weight), (0.0, 0.0), idle=True)
    assert told.ids() == set()


@pytest.mark.parametrize(("pattern", "id", "message"), [known[:3] for known in KNOWN], ids=lambda one: str(one)[:40])
def test_errors_of_torchs_own_are_told_by_their_cause(story, pattern, id, message):
    words = re.sub(r"\.\*", " ... ", pattern.pattern)
    told = story().tell(WRAPPED).tell(Ended(1, f"RuntimeError: {words} and more", "train.py, line 9"))
    (finding,) = told.findings(FAILED)
    assert (finding.id, finding.message, finding.where) == (id, message, "train.py, line 9")


def test_the_same_error_without_a_wrapper_is_the_scripts_own(story):
    told = story().tell(Ended(1, "RuntimeError: ... has been modified by an inplace operation", "train.py, line 9"))
    assert told.ids(FAILED) == {"rank-crashed"}


def test_a_rank_that_gloo_aborts_in_a_call_has_met_one_that_was_elsewhere(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).averaged().step().averaged().step()
    through = Alive(2, "train.py, line 14", "all_reduce", left_loop=True)
    told.tell(Alive(2, "train.py, line 9", None), through)
    output = Output(2)
    for rank, code in ((1, 134), (0, 143)):
        output.add(Line(None, "stderr", f"Process {rank} exit with status code {code}."))
    (finding,) = told.findings(Outcome("failed", "Rank 1 was ended by signal 6.", 5.0, output))
    assert (finding.id, finding.where) == ("uneven-batches", "train.py, line 9")
    assert "Join" in finding.hint


def test_who_calls_the_wrapper_alone_is_told_to_call_what_it_wraps(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).averaged().step().averaged().step()
    alone = Alive(2, "train.py, line 20", "DistributedDataParallel.forward", by_rank=True, left_loop=True)
    told.tell(alone, Alive(2, "train.py, line 9", "backward", wrapped=True))
    (finding,) = told.findings(Outcome("stopped", "Stalled: a rank waits.", 5.0, Output()))
    assert finding.id == "stalled"
    assert "model.module" in finding.hint


def test_prefixed_names_are_advice(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).averaged().step().averaged().step()
    (finding,) = told.tell(Saved(2, "train.py, line 30")).findings()
    assert (finding.id, finding.severity, finding.where) == ("checkpoint-prefixed", "advice", "train.py, line 30")


def test_both_engines_in_one_script_are_told(story):
    told = story(initialized=False)
    told.ranks[0].clear()
    told.ranks[1].clear()
    told.tell(Call("init", 0, "train.py, line 3")).tell(Call("init_process_group", 0, "train.py, line 4"))
    told.tell(Ended(0, "ValueError: environment variable RANK expected, but not set", "train.py, line 4"))
    assert "engines-mixed" in told.ids(FAILED)


def test_what_the_text_shows_is_told(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).averaged().step().averaged().step(weights=(2.0, 2.0))
    shown = found(told, ScriptCalls(torch=TorchCalls("train.py, line 6", "train.py, line 8")))
    assert [(finding.id, finding.about) for finding in shown] == [
        ("parts-out-of-step", "device"), ("result-dropped", "async"),
    ]  # fmt: skip


def test_what_is_a_mistake_under_horovod_alone_is_none(story):
    """Gradients are averaged in the backward, so they may be clipped after it."""
    told = story().tell(WRAPPED).tell(Call("forward", 0, None))
    told.averaged().step(wrapped=True).averaged().step(weights=(2.0, 2.0), wrapped=True)
    clips = ScriptCalls(clips="train.py, line 9", may_clip="train.py, line 9", torch_sync_batch_norm="train.py, line 3")
    assert found(told, clips) == []


def test_all_that_wait_in_one_call_are_told_where(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).averaged().step().averaged().step()
    told.tell(Alive(2, "train.py, line 9", "all_reduce"))
    (finding,) = told.findings(Outcome("stopped", "Stalled: a rank waits.", 5.0, Output()))
    assert (finding.id, finding.about) == ("stalled", "")
    assert "dist.all_reduce" in finding.message


def test_who_leaves_join_while_another_is_over_is_no_lone_join(story):
    told = story().tell(WRAPPED).tell(Call("forward", 0, None)).averaged().step().averaged().step()
    told.ranks[0].append(Call("join", 2, "train.py, line 12"))
    told.tell(Alive(2, "train.py, line 12", "Join.__exit__"), Ended(2))
    assert not any("hvd" in finding.message + finding.hint for finding in told.findings(FAILED))


def test_no_word_of_horovod_is_left():
    assert not [text for text in (*HINTS.values(), *MESSAGES.values()) if "hvd" in text or "Horovod" in text]
