"""A run from a notebook, on real ranks: what is printed, and that it always ends."""

import pytest
from bs4 import BeautifulSoup
from harness.patience import seconds

from scalelab.launch.launch import Limits
from scalelab.widgets.run_ranks import run_ranks

pytestmark = pytest.mark.ranks

SCRIPT = """
import os, sys, time
import horovod.torch as hvd
import torch

hvd.init()
print(f"{sys.argv[1]} on {hvd.rank()} with {os.environ.get('A_SETTING')}", flush=True)
if "wait" in sys.argv and hvd.rank() == 0:
    hvd.allreduce(torch.ones(1), name="never-there")
if "sleep" in sys.argv:
    time.sleep(600)
"""
REPORTS = """
import argparse
import horovod.torch as hvd
from scalelab.train import RunRecord

hvd.init()
parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int)
parser.add_argument("--out")
arguments = parser.parse_args()
record = RunRecord(arguments.out, hvd.rank())
for epoch in range(1, arguments.epochs + 1):
    record.write(images=epoch, epoch=epoch, loss=1 / epoch)
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "script.py").write_text(SCRIPT)
    return "script.py"


def test_lines_come_behind_their_rank_and_the_reason_comes_last(script, capsys):
    outcome = run_ranks(script, "'two words' --x", settings={"A_SETTING": "7"})
    *lines, reason = capsys.readouterr().out.splitlines()
    assert outcome.ended == "finished"
    assert sorted(lines) == ["[0] two words on 0 with 7", "[1] two words on 1 with 7"]
    assert reason == outcome.reason


def test_only_so_many_lines_are_printed(script, capsys):
    run_ranks(script, "hello", lines=1)
    first, more, _ = capsys.readouterr().out.splitlines()
    assert first.startswith("[")
    assert more == "... 1 more lines"


def test_a_rank_that_waits_for_ever_is_ended_and_named(script, capsys):
    outcome = run_ranks(script, "hello wait sleep", limits=Limits(stall_seconds=seconds(4), silence_seconds=600))
    assert outcome.ended == "failed"
    assert outcome.reason.startswith("Stalled: rank 1 never called allreduce for 'never-there'")
    assert capsys.readouterr().out.splitlines()[-1] == outcome.reason


def test_silence_is_ended_as_well(script):
    outcome = run_ranks(script, "hello sleep", limits=Limits(silence_seconds=seconds(6)))
    assert outcome.ended == "silence"
    assert "'hello on" in outcome.reason


def test_in_a_notebook_bar_and_chart_follow_what_the_script_takes_of_arguments_given_twice(cell_shows, tmp_path):
    (tmp_path / "reports.py").write_text(REPORTS)
    run = "run_ranks('reports.py', '--epochs 9 --out elsewhere --epochs=3 --out record', 2)"
    html, printed = cell_shows(f"from scalelab.widgets.run_ranks import run_ranks\n{run}")
    assert printed.startswith("All 2 ranks finished")
    shown = BeautifulSoup(html, "html.parser")
    assert (shown.progress["max"], shown.progress["value"]) == ("3", "3")
    assert shown.img["alt"].startswith("Reported so far: epoch 3  loss 0.333")
