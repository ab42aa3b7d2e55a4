"""A script of Lab 2 is judged from what its runs told, and from nothing else."""

import pytest

from recorded import record
from recorded.lab_script import RecordedScript
from recorded.record import StaleRecordError
from recorded.runs import told_from_json, told_to_json
from scalelab.course import NotYet
from scalelab.course.conversion import expect_step
from scalelab.course.conversion.evidence import evidence_from
from scalelab.course.conversion.isolated import Batch, IsolatedRanks, RankTrace

KEY = (2, 150, 8, 51)  # what expect_step asks for unless told otherwise
SERIAL = '["finished","",1.0,2,[]]\n' + "".join(
    f'[{rank},{{"type":"Step","step":1,"where":null,"optimizer":0,"lr":0.1,"weights":[1.0],"gradients":[1.0]}}]\n'
    for rank in (0, 1)
)
RANK = RankTrace(batches=[Batch(2.5, 3, [1, 2])], start_weights="a")
RUN = IsolatedRanks("finished", "", [RANK, RANK], [["epoch 1"], []], [{"run/b", "run/a"}, set()])
TEST = 'from scalelab.course.conversion import expect_step\nexpect_step("script.py", "initialise")'
SCRIPT = RecordedScript("lab", "script.py", "import torch\n", (TEST,))


@pytest.fixture(autouse=True)
def place(tmp_path, monkeypatch):
    monkeypatch.setattr(record, "FOLDER", tmp_path / "records")
    monkeypatch.chdir(tmp_path)
    (tmp_path / SCRIPT.file).write_text(SCRIPT.text)


def keep(told):
    record.write(SCRIPT.name, SCRIPT.depends(), 1.0, told_to_json(told))


def test_what_runs_told_is_read_as_it_was_written():
    told = {(*KEY, "watched"): SERIAL, (*KEY, "fresh"): RUN}
    assert told_from_json(told_to_json(told)) == told


def test_the_script_is_judged_from_its_record():
    keep({(*KEY, "watched"): SERIAL})
    assert SCRIPT.stale() is None
    with evidence_from(SCRIPT.store(asked := [])), pytest.raises(NotYet, match=r"Call hvd.init\(\)"):
        expect_step(SCRIPT.file, "initialise")
    assert asked == [(*KEY, "watched")]


def test_a_run_that_is_not_recorded_makes_the_record_stale_whatever_is_asked():
    keep({})
    assert f"lacks a run that is asked for, {(*KEY, 'watched')}" in SCRIPT.stale()
    with evidence_from(SCRIPT.store()), pytest.raises(StaleRecordError):
        expect_step(SCRIPT.file, "initialise")


def test_the_record_of_another_text_is_stale():
    keep({(*KEY, "watched"): SERIAL})
    assert "the script changed" in RecordedScript("lab", "script.py", "import torch as t\n", (TEST,)).stale()


def test_a_script_depends_on_what_it_imports_of_the_library():
    other = RecordedScript("lab", "script.py", "from scalelab.optim import LARS\n", (TEST,)).depends()
    within = "what runs within the ranks"
    assert other[within] != SCRIPT.depends()[within]


def test_a_record_that_is_none_is_told_in_a_sentence():
    record.write(SCRIPT.name, SCRIPT.depends(), 1.0, "no JSON\n")
    assert SCRIPT.stale().startswith("The record lab is not whole")
