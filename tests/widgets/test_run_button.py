"""A run from the notebook goes on in the background, is drawn while it does, and Stop ends every rank."""

from pathlib import Path

import pytest
from harness.patience import seconds, waited

from scalelab.widgets.run_button import run

pytestmark = pytest.mark.ranks
SCRIPT = """
import sys, time
import horovod.torch as hvd
from scalelab.train import RunRecord
hvd.init()
record = RunRecord("record", hvd.rank())
for epoch in range(1, 4):
    record.write(images=100 * epoch, epoch=epoch, loss=1.0 / epoch, train_accuracy=0.2 * epoch)
    print("epoch", epoch, flush=True)
    time.sleep(float(sys.argv[1]))
"""


@pytest.fixture
def script(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("train.py").write_text(SCRIPT)
    return Path("train.py")


def test_its_chart_bar_and_lines_follow_and_it_says_how_it_ended(script):
    shown = run(script, "0.2", record="record", epochs=3)
    assert shown.wait().ended == "finished"
    assert "All 2 ranks finished" in shown.sentence.value
    assert (shown.reported.bar.value, shown.reported.bar.max) == (3, 3)
    assert 'alt="Reported so far: epoch 3  loss 0.333  training 0.600' in shown.reported.chart.value
    assert "[1] epoch 3" in shown.printed.value
    assert shown.stop.disabled


def test_stop_ends_all_ranks(script):
    shown = run(script, "600", record="record", epochs=3)
    assert waited(lambda: shown.rows, 60)
    shown.stop.click()
    outcome = shown.wait()
    assert (outcome.ended, outcome.reason) == ("stopped", "Stopped: all ranks have been ended.")
    assert outcome.seconds < seconds(60)


def test_a_missing_script_is_a_sentence(script):
    shown = run("nothing.py")
    assert shown.wait() is None
    assert "give the path of a Python file" in shown.sentence.value
