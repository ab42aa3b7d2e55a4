"""A run from a notebook, on real ranks: what is printed, and that it always ends."""

import pytest

from scalelab.parallel.launch import Limits
from scalelab.view.ranks import run_ranks

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
    outcome = run_ranks(script, "hello wait sleep", limits=Limits(stall_seconds=4, silence_seconds=40))
    assert outcome.ended == "failed"
    assert outcome.reason.startswith("Stalled: rank 1 never called allreduce for 'never-there'")
    assert capsys.readouterr().out.splitlines()[-1] == outcome.reason


def test_silence_is_ended_as_well(script):
    outcome = run_ranks(script, "hello sleep", limits=Limits(silence_seconds=6))
    assert outcome.ended == "silence"
    assert "'hello on" in outcome.reason
