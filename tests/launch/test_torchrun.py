"""What surrounds torchrun's agent: the watch for stalls, and the pipes that the ranks print into."""

import json
import sys
from pathlib import Path

import pytest

from scalelab.launch.diagnose import explain
from scalelab.launch.output import Output, parse_line
from scalelab.launch.torchrun import RankLines, StallWatch


@pytest.fixture
def told(tmp_path):
    """Writes the sign of a rank."""

    def tell(rank, where, call=None):
        (tmp_path / str(rank)).write_text(json.dumps({"where": where, "call": call}))

    return tell


def test_a_rank_that_waits_in_one_call_too_long_is_a_stall(tmp_path, told):
    watch = StallWatch(tmp_path, 2, stall_seconds=10)
    told(0, "a.py, line 3", "all_reduce")
    told(1, "a.py, line 9")
    assert not any(watch.stalled(now) for now in range(100, 111))
    assert watch.stalled(111)
    assert watch.sentence() == "Stalled: rank 0 waited at a.py, line 3 in all_reduce; rank 1 was at a.py, line 9."


def test_a_rank_that_goes_on_or_computes_is_none(tmp_path, told):
    watch = StallWatch(tmp_path, 1, stall_seconds=10)
    for now in range(100):
        told(0, f"a.py, line {3 + now // 8}", "all_reduce")
        assert not watch.stalled(now)
    told(0, "a.py, line 3")
    assert not any(watch.stalled(now) for now in range(100, 200))


def test_ranks_that_have_told_nothing_are_none(tmp_path):
    (tmp_path / "1").write_text("no json")
    watch = StallWatch(tmp_path, 2, stall_seconds=1)
    assert not any(watch.stalled(now) for now in range(50))


def test_the_sentence_is_the_jobs_reason(tmp_path, told):
    watch = StallWatch(tmp_path, 2, stall_seconds=1)
    told(0, "a.py, line 3", "backward")
    watch.stalled(0)
    output = Output(2)
    output.add(parse_line(watch.sentence()))
    assert explain(output, 2, "a.py") == (
        "Stalled: rank 0 waited at a.py, line 3 in the averaging of gradients; rank 1 was at the script; every rank "
        "must make the same calls equally often."
    )


def test_lines_get_the_number_of_their_rank_and_stream(capfdbinary):
    lines = RankLines(2)
    for rank, stream, text in ((0, "stdout", "loss 1"), (1, "stderr", "[rank1]: Traceback")):
        with Path(lines.paths[stream][rank]).open("w") as pipe:
            pipe.write(f"{text}\nno end")
    lines.drain()
    sys.stdout.flush()
    printed = capfdbinary.readouterr().out.decode().splitlines()
    assert sorted(printed) == [
        "[0]<stdout>:loss 1", "[0]<stdout>:no end", "[1]<stderr>:[rank1]: Traceback", "[1]<stderr>:no end",
    ]  # fmt: skip
    assert parse_line("[1]<stderr>:[rank1]: Traceback").text == "Traceback"
    assert not any(Path(path).exists() for path in lines.paths["stdout"].values())
