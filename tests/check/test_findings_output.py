"""What ranks write, print and report, judged from events alone."""

import pytest

from scalelab.check.events import Call, Print, Report, Write
from scalelab.check.findings import metrics, output
from scalelab.check.rank_events import RankEvents

LINE = "train.py, line 20"


def ranks(first, other):
    return [RankEvents(0, first), RankEvents(1, other)]


def found(finder, first, other):
    return [(finding.id, finding.severity) for finding in finder.find(ranks(first, other))]


def test_one_file_written_by_all_is_an_error_one_by_each_is_not():
    both = [Write(5, LINE, "weights.pt")], [Write(5, LINE, "weights.pt")]
    assert found(output, *both) == [("every-rank-writes", "error")]
    assert found(output, [Write(5, LINE, "log-0")], [Write(5, LINE, "log-1")]) == []
    assert found(output, [Write(5, LINE, "weights.pt")], []) == []


def test_files_written_before_training_are_no_fault():
    """A data set that each rank unpacks, under a lock."""
    assert found(output, [Write(0, None, "data/a")], [Write(0, None, "data/a")]) == []


def test_a_log_printed_by_all_is_advice_a_greeting_is_not():
    mine = [Print(k, LINE, f"epoch {k} loss 0.{k}") for k in (3, 6)]
    theirs = [Print(k, LINE, f"epoch {k} loss 0.9{k}") for k in (3, 6)]
    assert found(output, mine, theirs) == [("every-rank-writes", "advice")]
    assert found(output, mine[:1], theirs[:1]) == [("every-rank-writes", "advice")]
    greeting = [Print(3, LINE, "here we go")]
    assert found(output, greeting, greeting) == []
    assert found(output, [Print(k, LINE, f"rank 0 at {k}") for k in (3, 6)], [Print(3, LINE, "rank 1 at 3")]) == []


@pytest.mark.parametrize(("own", "wanted"), [(0.7, [("metrics-not-averaged", "error")]), (0.5, [])])
def test_reports_that_differ_among_ranks_are_each_rank_s_own(own, wanted):
    mine, theirs = (Report(10, LINE, {"loss": 1.0, "train_accuracy": value}) for value in (0.5, own))
    assert found(metrics, [mine], [theirs]) == wanted


def test_reports_after_a_collective_call_of_the_script_are_left_alone():
    averaged = Call("allreduce", 10, LINE, "loss", 1)
    reports = (Report(10, LINE, {"loss": value}) for value in (0.5, 0.7))
    assert found(metrics, *([averaged, report] for report in reports)) == []
    gradients = Call("allreduce_async_", 9, LINE, "weight", 100, wrapped=True)
    reports = (Report(10, LINE, {"loss": value}) for value in (0.5, 0.7))
    assert found(metrics, *([gradients, report] for report in reports)) == [("metrics-not-averaged", "error")]
