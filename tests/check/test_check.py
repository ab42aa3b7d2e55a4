"""The check of a small script: what is left out is what is found, by records of its ranks, and on real ones."""

import json
import os
import subprocess
import sys

import pytest
from check.left_out import CONVERTED, LEFT_OUT, THREE_WORKERS, TRAIN, TWINS, UNSCALED
from harness import rotation
from harness.patience import seconds

from scalelab.check import check
from scalelab.errors import ScaleLabError
from scalelab.launch.launch import Limits

# Of what is judged from records, so many parts are run on real ranks in turn.
PART = rotation.part().fold(7)
OTHERS = [THREE_WORKERS, TWINS, UNSCALED, *CONVERTED]

OWN_UPDATE = """
import horovod.torch as hvd
import torch

hvd.init()
w = hvd.broadcast(torch.randn(3), root_rank=0).requires_grad_()
for x in torch.randn(20, 3)[hvd.rank() :: hvd.size()]:
    (gradient,) = torch.autograd.grad((w @ x) ** 2, w)
    w.data -= 0.1 * hvd.allreduce(gradient)
"""


@pytest.mark.ranks
def test_a_converted_script_has_no_finding_on_real_ranks(scripts):
    report = check(scripts / "train.py")
    assert (report.findings, report.converted, report.workers) == ([], True, 2)
    assert report.steps >= 8


@pytest.mark.slow
@pytest.mark.ranks
def test_a_script_that_hurrying_would_break_is_run_as_it_is(scripts):
    """Its model leaves a value where no observer sees it; the hurried run ends in an error of the check's making."""
    report = check(scripts / "keeps_elsewhere.py")
    assert report.converted
    assert report.ids() <= {"no-warmup"}


def test_three_ranks_are_compared_each_with_each():
    assert THREE_WORKERS.report().findings == []
    assert TWINS.report().ids() == {"same-data-on-every-rank"}


@pytest.mark.parametrize("converted", CONVERTED, ids=lambda check: check.script.stem)
def test_a_converted_script_of_another_style_has_nothing_but_advice(converted):
    report = converted.report()
    assert report.converted
    assert {finding.severity for finding in report.findings} <= {"advice"}


def expect_found(left_out, report):
    assert report.ids() == {left_out.found}
    assert report.converted is (report.findings[0].severity != "error")
    if left_out.where:
        line = int(report.findings[0].where.removeprefix("train.py, line "))
        assert left_out.where in TRAIN.read_text().splitlines()[line - 1]


@pytest.mark.parametrize("left_out", LEFT_OUT, ids=str)
def test_what_is_left_out_is_found_at_its_line(left_out):
    expect_found(left_out, left_out.check.report())


@pytest.mark.slow
@pytest.mark.ranks
@pytest.mark.parametrize("left_out", PART.fold(len(LEFT_OUT)).take(LEFT_OUT), ids=lambda one: f"{PART}-{one}")
def test_what_is_left_out_is_found_on_real_ranks(left_out):
    report = left_out.check.judge(left_out.check.observe())
    expect_found(left_out, report)
    assert report.ids() == left_out.check.report().ids()


@pytest.mark.ranks
@pytest.mark.parametrize(
    "check", PART.fold(len(OTHERS)).take(OTHERS), ids=lambda check: f"{PART}-{check.name.rpartition('/')[2]}"
)
def test_real_ranks_are_judged_as_their_record_is(check):
    assert check.judge(check.observe()).ids() == check.report().ids()


def test_a_rate_that_knows_nothing_of_the_workers_gets_advice():
    (finding,) = UNSCALED.report().findings
    assert (finding.id, finding.severity) == ("learning-rate-not-scaled", "advice")
    assert "effective batch size is 32 (2 workers of 16 images each)" in finding.message


@pytest.mark.slow
@pytest.mark.ranks
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
@pytest.mark.ranks
def test_a_script_whose_update_is_its_own_cannot_be_judged(tmp_path):
    script = tmp_path / "own.py"
    script.write_text(OWN_UPDATE)
    with pytest.raises(ScaleLabError, match="The script made no optimizer step"):
        check(script)


@pytest.mark.slow
@pytest.mark.ranks
def test_a_script_that_makes_no_step_in_time_cannot_be_judged(tmp_path):
    script = tmp_path / "slow.py"
    script.write_text("import time\nimport horovod.torch as hvd\nhvd.init()\ntime.sleep(600)\n")
    with pytest.raises(ScaleLabError, match=r"No rank had made a step after \d+ s"):
        check(script, limits=Limits(seconds=seconds(12)))


def test_what_cannot_run_gets_one_sentence(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("def f(:\n")
    with pytest.raises(ScaleLabError, match=r"script\.py is no Python"):
        check(script)
    script.write_text("")
    with pytest.raises(ScaleLabError, match="at least 2 workers, not 1"):
        check(script, workers=1)
