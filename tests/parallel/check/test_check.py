"""The check on real ranks: what is left out of a small script is what is found."""

import json
import os
import subprocess
import sys

import pytest

import scalelab
from scalelab.errors import ScaleLabError
from scalelab.parallel.launch import Limits

pytestmark = pytest.mark.ranks

OWN_UPDATE = """
import horovod.torch as hvd
import torch

hvd.init()
w = hvd.broadcast(torch.randn(3), root_rank=0).requires_grad_()
for x in torch.randn(20, 3)[hvd.rank() :: hvd.size()]:
    (gradient,) = torch.autograd.grad((w @ x) ** 2, w)
    w.data -= 0.1 * hvd.allreduce(gradient)
"""


def test_a_converted_script_has_no_finding(scripts):
    report = scalelab.check(scripts / "train.py")
    assert (report.findings, report.converted, report.workers) == ([], True, 2)
    assert report.steps >= 8


@pytest.mark.slow
def test_three_ranks_are_compared_each_with_each(scripts):
    assert scalelab.check(scripts / "train.py", workers=3).findings == []
    report = scalelab.check(scripts / "train.py", ["twins"], workers=3)  # ranks 1 and 2 share a part
    assert report.ids() == {"same-data-on-every-rank"}


@pytest.mark.parametrize("script", ["by_hand.py", "loader.py"])
def test_a_converted_script_of_another_style_has_nothing_but_advice(scripts, script):
    report = scalelab.check(scripts / script)
    assert report.converted
    assert {finding.severity for finding in report.findings} <= {"advice"}


# Of each family of findings one is tried each time, and all are with the slow tests.
EACH_TIME = {"init", "broadcast alike", "crash", "uneven", "lost", "print", "own", "part", "renew"}
LEFT_OUT = [
    ("init", "not-initialized", None),
    ("wrap", "optimizer-not-wrapped", "optimizer.step()"),
    ("broadcast alike", "weights-not-broadcast", "optimizer.step()"),
    ("late", "parts-out-of-step", "broadcast_parameters"),
    ("crash", "rank-crashed", "raise ValueError"),
    ("wait", "stalled", "mean-loss"),
    ("uneven", "uneven-batches", "optimizer.step()"),
    ("ragged", "uneven-batches", "torch.randperm"),
    ("state", "optimizer-state-not-broadcast", "optimizer.step()"),
    ("lost", "parts-out-of-step", "DistributedOptimizer"),
    ("zero", "parts-out-of-step", "model.zero_grad()"),
    ("twice", "parts-out-of-step", "hvd.allreduce(parameter.grad)"),
    ("warm", "no-warmup", "optimizer.step()"),
    ("write", "every-rank-writes", "torch.save"),
    ("open", "every-rank-writes", 'open("log.csv"'),
    ("tensors", "every-rank-writes", "save_file"),
    ("alone wrap broadcast own", "rank-idle", "optimizer.step()"),
    ("print", "every-rank-writes", "print"),
    ("own", "metrics-not-averaged", "record.write"),
    ("part", "same-data-on-every-rank", "torch.randperm"),
    ("divide", "epoch-not-divided", "torch.randperm"),
    ("renew", "same-order-every-epoch", "torch.randperm"),
]


@pytest.mark.parametrize(
    ("gap", "found", "where"),
    [pytest.param(*one, marks=[] if one[0] in EACH_TIME else pytest.mark.slow) for one in LEFT_OUT],
)
def test_what_is_left_out_is_found_at_its_line(scripts, gap, found, where):
    script = scripts / "train.py"
    report = scalelab.check(script, gap.split())
    assert report.ids() == {found}
    assert report.converted is (report.findings[0].severity != "error")
    if where:
        line = int(report.findings[0].where.removeprefix("train.py, line "))
        assert where in script.read_text().splitlines()[line - 1]


def test_a_rate_that_knows_nothing_of_the_workers_gets_advice(scripts, tmp_path):
    script = tmp_path / "train.py"
    script.write_text((scripts / "train.py").read_text().replace("0.1 * size", "0.1"))
    (finding,) = scalelab.check(script).findings
    assert (finding.id, finding.severity) == ("learning-rate-not-scaled", "advice")
    assert "effective batch size is 32 (2 workers of 16 images each)" in finding.message


def test_the_command_prints_json_and_says_converted_by_its_exit_code(scripts, tmp_path):
    command = [sys.executable, "-m", "scalelab.cli", "check", str(scripts / "train.py"), "--workers", "2", "--json"]
    good = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert good.returncode == 0, good.stderr
    assert json.loads(good.stdout)["converted"] is True
    bad = subprocess.run([*command, "--", "wrap"], cwd=tmp_path, capture_output=True, text=True)
    assert bad.returncode == 1
    assert [finding["id"] for finding in json.loads(bad.stdout)["findings"]] == ["optimizer-not-wrapped"]
    missing = subprocess.run([*command[:4], "nothing.py"], cwd=tmp_path, capture_output=True, text=True)
    assert missing.returncode == 2
    assert missing.stderr.startswith("scalelab: There is no script")
    assert os.listdir(tmp_path) == []  # noqa: PTH208


@pytest.mark.slow
def test_a_script_whose_update_is_its_own_cannot_be_judged(tmp_path):
    script = tmp_path / "own.py"
    script.write_text(OWN_UPDATE)
    with pytest.raises(ScaleLabError, match="The script made no optimizer step"):
        scalelab.check(script)


@pytest.mark.slow
def test_a_script_that_makes_no_step_in_time_cannot_be_judged(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text("import time\nimport horovod.torch as hvd\nhvd.init()\ntime.sleep(600)\n")
    with pytest.raises(ScaleLabError, match="No rank had made a step after 1. s"):
        scalelab.check(script, limits=Limits(seconds=12))


def test_what_cannot_run_gets_one_sentence(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def f(:\n")
    with pytest.raises(ScaleLabError, match=r"script\.py is no Python"):
        scalelab.check(script)
    script.write_text("")
    with pytest.raises(ScaleLabError, match="at least 2 workers, not 1"):
        scalelab.check(script, workers=1)
