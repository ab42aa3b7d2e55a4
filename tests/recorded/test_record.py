"""A record stands for its run as long as it is whole and nothing that it depends on has changed."""

import lzma
import signal

import pytest

from recorded import record
from recorded.check import RecordedCheck
from recorded.record import StaleRecordError
from scalelab.check import Observation
from scalelab.check import check as check_script
from scalelab.launch.diagnose import describe_code

DEPENDS = {"the script": "1", "what runs within the ranks": "2"}
SCRIPT = """import sys
import horovod.torch as hvd
import torch

hvd.init()
model = torch.nn.Linear(3, 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1 * hvd.size())
optimizer = hvd.DistributedOptimizer(optimizer, model.named_parameters())
if "broadcast" not in sys.argv:
    hvd.broadcast_parameters(model.state_dict(), root_rank=0)
X = torch.randn(96, 3, generator=torch.Generator().manual_seed(1))
for epoch in range(3):
    order = torch.randperm(96, generator=torch.Generator().manual_seed(epoch))
    for batch in order[hvd.rank() :: hvd.size()].split(4):
        optimizer.zero_grad()
        torch.nn.functional.mse_loss(model(X[batch]), X[batch, :1]).backward()
        optimizer.step()
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "FOLDER", tmp_path / "records")
    return tmp_path


@pytest.fixture
def check(folder):
    """Of a script whose ranks have told next to nothing."""
    script = folder / "train.py"
    script.write_text(SCRIPT)
    told = '["failed","Rank 1 stopped.",1.0,2,[]]\n[0,{"type":"Call","name":"init","step":0,"where":null}]\n'
    told += '[1,{"type":"Ended","step":0,"error":"ValueError: boom","where":"train.py, line 5"}]\n'
    made = RecordedCheck("one", script, ("broadcast",))
    record.write(made.name, made.depends(), 1.0, told)
    return made


def test_what_is_written_is_read_again():
    record.write("a/b", DEPENDS, 1.25, "told\nlines\n")
    one = record.read("a/b", DEPENDS)
    assert (one.told, one.depends, one.seconds) == ("told\nlines\n", DEPENDS, 1.2)
    assert {"python", "torch", "horovod", "images"} == set(one.made_with)


def test_the_same_content_is_the_same_file():
    record.write("a", DEPENDS, 1.0, "told")
    before = record.path_of("a").read_bytes()
    record.write("a", dict(reversed(DEPENDS.items())), 1.0, "told")
    assert record.path_of("a").read_bytes() == before
    assert [path.name for path in record.FOLDER.iterdir()] == ["a.xz"]


def test_a_missing_record_is_told_in_a_sentence():
    with pytest.raises(StaleRecordError, match=r"^There is no record a: renew it with `make record`\.$"):
        record.read("a", DEPENDS)


@pytest.mark.parametrize("size", [0, 40, -1])
def test_a_truncated_record_is_told_in_a_sentence(size):
    record.write("a", DEPENDS, 1.0, "told" * 100)
    record.path_of("a").write_bytes(record.path_of("a").read_bytes()[:size])
    with pytest.raises(StaleRecordError, match=r"^The record a is not whole \(.*\): renew it with `make record`\.$"):
        record.read("a", DEPENDS)


def test_a_record_of_something_else_is_told_in_a_sentence(check):
    record.path_of("one").write_bytes(lzma.compress(b'{"depends": 3}\n'))
    assert "is not whole" in check.stale()


def test_the_record_of_a_changed_script_is_stale(check):
    assert check.stale() is None
    assert check.report().ids() == {"rank-crashed"}
    check.script.write_text(SCRIPT + "# a comment moves no line, but who knows\n")
    assert check.stale() == "The record one is stale, for the script changed since: renew it with `make record`."


def test_so_is_that_of_other_arguments(check):
    assert "the script changed" in RecordedCheck("one", check.script, ("wrap",)).stale()


def test_so_is_that_of_a_changed_observer_but_not_of_a_reworded_one(check, monkeypatch):
    from recorded import check as module

    copy = module.CHECK / "observe" / "__main__.py"
    text, other = copy.read_text(), check.script.with_name("__main__.py")
    monkeypatch.setattr(module, "OBSERVER", other)
    other.write_text("# Reworded.\n" + text.replace('"""Other random', '"""Different random'))
    assert check.stale() is None
    other.write_text(text.replace("1000 + rank", "1001 + rank"))
    assert "what runs within the ranks changed" in check.stale()


def test_events_that_are_told_no_more_are_no_whole_record(check):
    told = '["finished","",1.0,2,[]]\n[0,{"type":"Unheard","step":0}]\n'
    record.write(check.name, check.depends(), 1.0, told)
    assert "is not whole" in check.stale()


@pytest.mark.parametrize(
    ("ended", "reason", "says"),
    [
        ("timeout", "The time of 100 s was used up.", "when the machine has less to do"),
        ("failed", f"Rank 1 {describe_code(128 + signal.SIGKILL)}.", "make this record once more"),
    ],
)
def test_ranks_that_somebody_or_the_clock_has_ended_are_no_record(check, monkeypatch, ended, reason, says):
    by_chance = Observation.from_json(f'["{ended}","{reason}",100.0,2,[]]\n')
    monkeypatch.setattr(RecordedCheck, "observe", lambda check: by_chance)
    with pytest.raises(record.TooBusyError, match=says):
        check.make()
    assert check.stale() is None


@pytest.mark.ranks
def test_a_record_is_judged_as_the_run_is(check):
    report = check.make()
    assert "weights-not-broadcast" in report.ids()
    assert check.report() == report
    assert check_script(check.script, check.arguments).ids() == report.ids()
    again = Observation.from_json(record.read(check.name, check.depends()).told)
    assert again.to_json() == record.read(check.name, check.depends()).told
