"""Who is slow, who waits under another name, who joins alone: told from who stands where at the end."""

import pytest

from scalelab.check.events import Alive, Call, Ended
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Line, Output

FAILED = Outcome("failed", "The job ended with an error, but no rank said why.", 1.0, Output())
LINE = "train.py, line 9"
GONE = "HorovodInternalError: Horovod has been shut down."


@pytest.fixture
def trained(story):
    return story().averaged().step().averaged().step()


@pytest.mark.parametrize("other", [Alive(2, LINE, "allreduce", "weight", wrapped=True), Ended(2, GONE, LINE)])
def test_a_rank_that_computes_while_the_others_wait_is_slow_and_no_error(trained, other):
    if isinstance(other, Ended):
        trained.ranks[1].append(Alive(2, LINE, "allreduce", "weight", wrapped=True))
    (finding,) = trained.tell(Alive(2, "train.py, line 16", None), other).findings(FAILED)
    assert (finding.id, finding.severity, finding.rank) == ("slow-rank", "warning", 0)
    assert "Rank 0 was still computing at train.py, line 16" in finding.message


def test_two_that_compute_are_none_that_waits(trained):
    assert "slow-rank" not in trained.tell(Alive(2, LINE, None)).ids(FAILED)


@pytest.mark.parametrize(
    ("call", "tensors", "why"),
    [("allreduce", (None, None), "by a number"), ("broadcast_object", ("dict", "NoneType"), "type of its object")],
)
def test_ranks_that_wait_in_one_call_without_a_name_wait_for_other_names(trained, call, tensors, why):
    mine, theirs = (Alive(2, LINE, call, tensor) for tensor in tensors)
    (finding,) = trained.tell(mine, theirs).findings(FAILED)
    assert (finding.id, finding.where, finding.about) == ("stalled", LINE, "name")
    assert why in finding.message
    assert "name=" in finding.hint


def test_a_name_of_the_scripts_own_explains_nothing(trained):
    (finding,) = trained.tell(Alive(2, LINE, "allreduce", "a"), Alive(2, LINE, "allreduce", "b")).findings(FAILED)
    assert finding.about == ""


def test_a_rank_that_joins_alone_waits_for_one_that_is_over(trained):
    trained.ranks[0].extend([Call("join", 2, "train.py, line 13"), Alive(2, "train.py, line 13", "join")])
    trained.ranks[1].append(Ended(6))
    (finding,) = trained.findings(FAILED)
    assert (finding.id, finding.rank, finding.where, finding.about) == ("stalled", 1, "train.py, line 13", "join")


def test_the_cause_in_horovods_own_error_is_told_and_not_the_partners_end(trained):
    cause = "HorovodInternalError: Mismatched allreduce tensor shapes: One rank sent [2], but another sent [3]."
    (finding,) = trained.tell(Ended(2, cause, LINE)).findings(FAILED)
    assert finding.id == "rank-crashed"
    assert "Mismatched allreduce tensor shapes: One rank sent [2], but another sent [3] at" in finding.message


def test_a_killed_rank_is_told_as_the_launcher_tells_it(trained):
    output = Output()
    output.add(Line(None, "stderr", "Process 1 exit with status code 137."))
    (finding,) = trained.tell(Alive(2, LINE, None)).findings(Outcome("failed", "", 1.0, output))
    assert finding.message == (
        "Rank 1 was killed from outside (signal 9), most often because memory ran out; it was last at train.py, line 9."
    )
