"""Horovod's timeline: every phase begins and ends within its tensor's exchange, however much of the file is there."""

import json
import os
import time
from itertools import pairwise

import pytest

from scalelab.errors import ScaleLabError
from scalelab.launch import launch
from scalelab.launch.launch import Limits
from scalelab.launch.timeline import messages, negotiation_wait, read_timeline, steps, transfers


def name(number, tensor):
    return {"name": "process_name", "ph": "M", "pid": number, "args": {"name": tensor}}


def begin(number, phase, time):
    return {"ph": "B", "name": phase, "ts": time, "pid": number}


def end(number, time):
    return {"ph": "E", "ts": time, "pid": number, "args": {"dtype": "float32", "shape": "[3]"}}


def exchange(number, time):
    """Ready on rank 1, then on rank 0; 20 microseconds to negotiate, 30 to exchange, of which 10 to send."""
    ready = [{"ph": "X", "name": str(rank), "ts": time + 5 * (1 - rank), "pid": number, "dur": 0} for rank in (1, 0)]
    return [
        begin(number, "NEGOTIATE_ALLREDUCE", time), *ready, end(number, time + 20),
        begin(number, "ALLREDUCE", time + 30), begin(number, "GLOO_ALLREDUCE", time + 40),
        end(number, time + 50), end(number, time + 60),
    ]  # fmt: skip


ENTRIES = [
    {"name": "process_name", "ph": "M", "pid": 0, "args": {"start_time_since_epoch_in_micros": 1}},
    name(1, "allreduce.a"), name(2, "allreduce.b"), name(3, "broadcast.a"),
    begin(3, "NEGOTIATE_BROADCAST", 10), end(3, 20), begin(3, "BROADCAST", 20), end(3, 25),
    *exchange(1, 100), *exchange(2, 103),
    {"ph": "i", "name": "CYCLE_START", "ts": 150, "s": "g"},
    *exchange(2, 200), *exchange(1, 250), *exchange(1, 300), *exchange(2, 301),
]  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "timeline.json"
        path.write_text(text)
        return path

    return written


def as_horovod_writes(entries, closed=True):
    return "[\n" + ",\n".join(map(json.dumps, entries)) + ("]" if closed else "")


def test_phases_have_their_tensor_start_length_and_level(write):
    timeline = read_timeline(write(as_horovod_writes(ENTRIES)))
    first = [event for event in timeline.events if event.tensor == "allreduce.a"][:3]
    assert [(event.phase, event.level) for event in first] == [
        ("NEGOTIATE_ALLREDUCE", 0), ("ALLREDUCE", 0), ("GLOO_ALLREDUCE", 1),
    ]  # fmt: skip
    assert [event.start for event in first] == pytest.approx([100e-6, 130e-6, 140e-6])
    assert [event.duration for event in first] == pytest.approx([20e-6, 30e-6, 10e-6])
    assert [(one.rank, one.time) for one in timeline.ready[:2]] == [(1, 100e-6), (0, 105e-6)]
    assert timeline.cycles == pytest.approx([150e-6])
    assert timeline.complete
    assert timeline.tensors == ("broadcast.a", "allreduce.a", "allreduce.b")


def test_a_step_has_each_gradient_once_and_the_first_broadcast_is_in_none(write):
    found = steps(read_timeline(write(as_horovod_writes(ENTRIES))))
    assert len(found) == 3
    for step in found:
        assert sorted(event.tensor for event in step if event.sends) == ["allreduce.a", "allreduce.b"]
    assert found[1][0].tensor == "allreduce.b"


def test_what_travels_at_the_same_time_is_one_message(write):
    found = steps(read_timeline(write(as_horovod_writes(ENTRIES))))
    assert [len(messages(step)) for step in found] == [1, 2, 1]


def test_a_message_has_the_bytes_of_its_tensors_and_the_time_of_their_travel(write):
    alone, together = (transfers(step) for step in steps(read_timeline(write(as_horovod_writes(ENTRIES))))[1::-1])
    assert [(message.tensors, message.bytes) for message in alone] == [(("allreduce.b",), 12), (("allreduce.a",), 12)]
    assert [(message.tensors, message.bytes) for message in together] == [(("allreduce.a", "allreduce.b"), 24)]
    assert [message.seconds for message in alone] == pytest.approx([10e-6, 10e-6])
    assert together[0].seconds == pytest.approx(13e-6)  # from the first one's start to the second one's end


@pytest.mark.parametrize(
    ("told", "wanted"),
    [("float16", 6), ("float64", 24), ("uint8", 3), ("a type of the future", None)],
)
def test_bytes_depend_on_the_type_and_are_not_guessed(write, told, wanted):
    text = as_horovod_writes(ENTRIES).replace("float32", told)
    assert {message.bytes for step in steps(read_timeline(write(text)))[1:2] for message in transfers(step)} == {wanted}


def test_a_message_that_never_ended_has_no_seconds_and_no_bytes(write):
    cut = [name(1, "allreduce.a"), *exchange(1, 100)[:-2]]
    (message,) = transfers(list(read_timeline(write(as_horovod_writes(cut, closed=False))).events))
    assert (message.end, message.seconds, message.bytes) == (None, None, None)


def test_who_was_ready_is_asked_for_one_step(write):
    timeline = read_timeline(write(as_horovod_writes(ENTRIES)))
    for step in steps(timeline):
        found = negotiation_wait(timeline, step)
        assert [one.time for one in found] == sorted(one.time for one in found)
        assert {(one.tensor, one.rank) for one in found} == {(f"allreduce.{t}", rank) for t in "ab" for rank in (0, 1)}


def test_the_timelines_zero_is_a_time_of_day(write):
    assert read_timeline(write(as_horovod_writes(ENTRIES))).zero == pytest.approx(1e-6)
    assert read_timeline(write(as_horovod_writes(ENTRIES[1:]))).zero is None


def test_any_beginning_of_the_file_is_read_as_far_as_it_goes(write):
    text = as_horovod_writes(ENTRIES)
    whole = read_timeline(write(text))
    for kept in range(0, len(text), 3):
        part = read_timeline(write(text[:kept]))
        assert not part.complete
        ended = [event for event in part.events if event.duration is not None]
        assert set(ended) <= set(whole.events)
    assert set(read_timeline(write(text[:-1])).events) == set(whole.events)  # only the bracket is missing


def test_a_phase_that_never_ended_is_told_from_one_of_no_length(write):
    entries = [name(1, "allreduce.late"), begin(1, "NEGOTIATE_ALLREDUCE", 50)]
    (event,) = read_timeline(write(as_horovod_writes(entries, closed=False))).events
    assert event.duration is None
    assert event.end is None
    assert messages([event]) == []


def test_an_empty_file_is_a_timeline_that_has_not_begun(write):
    timeline = read_timeline(write(""))
    assert timeline.events == ()
    assert not timeline.complete
    assert steps(timeline) == []


@pytest.mark.parametrize(
    "text",
    [
        '{"traceEvents": []}',
        "accuracy 0.9",
        as_horovod_writes(ENTRIES).replace('"ts": 130', '"ts" 130', 1),
        as_horovod_writes([begin(1, "ALLREDUCE", 1), end(1, 2)]),
        "[1, 2, 3]",
        '[{"ph": "B", "name": "ALLREDUCE", "ts": "soon", "pid": 1}]',
    ],
)
def test_what_is_no_timeline_is_refused_in_one_sentence(write, text):
    with pytest.raises(ScaleLabError, match="HOROVOD_TIMELINE") as caught:
        read_timeline(write(text))
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ScaleLabError, match=r"none\.json"):
        read_timeline(tmp_path / "none.json")


@pytest.mark.ranks
def test_two_ranks_write_what_is_read_here(scripts, tmp_path):
    path = tmp_path / "timeline.json"
    environment = os.environ | {"HOROVOD_TIMELINE": str(path), "HOROVOD_TIMELINE_MARK_CYCLES": "1"}
    before = time.time()
    outcome = launch(scripts / "few_steps.py", workers=2, folder=tmp_path, limits=Limits(600), environment=environment)
    assert outcome.ended == "finished", outcome.reason
    timeline = read_timeline(path)
    found = steps(timeline)
    gradients = {f"allreduce.{layer}.{kind}" for layer in (0, 2) for kind in ("weight", "bias")}
    assert timeline.complete
    assert len(timeline.cycles) > 1
    assert len(found) in (5, 6)
    assert {one.rank for one in timeline.ready} == {0, 1}
    assert before < timeline.zero < time.time()
    for step in found[:-1]:  # of the last, Horovod may not have written the end
        assert {event.tensor for event in step} == gradients
        assert sorted(sum(messages(step), [])) == sorted(gradients)
        assert sum(message.bytes for message in transfers(step)) == 4 * (20 * 30 + 30 + 30 * 3 + 3)
    for before, after in pairwise(found):
        assert max(event.end for event in before) <= min(event.start for event in after)
