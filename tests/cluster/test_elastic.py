"""Elastic training over two hosts: one is lost, and the other goes on from the last commit."""

import json
import time
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from scalelab.data import load, standardise, statistics
from scalelab.models import build
from scalelab.train.checkpoint import checkpoint_name

from .documented import block, launcher

pytestmark = [pytest.mark.ranks, pytest.mark.slow]

SCRIPT = Path(__file__).parents[2] / "docker" / "elastic.py"
STEPS, STEPS_PER_COMMIT, BATCH_SIZE = 60, 10, 32
SECONDS_TO_GO_ON = 90


@pytest.fixture
def elastic(start, tmp_path):
    hosts = tmp_path / "hosts.sh"
    hosts.write_text(block("#!/bin/bash"))
    hosts.chmod(0o755)
    words = launcher("horovodrun --gloo -np 2 --min-np")
    return lambda *arguments: start(*words, "python", SCRIPT, *arguments)


def reports(out: Path) -> list[dict]:
    file = out / "steps.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def loss_at(checkpoint: Path, images: Path, step: int) -> float:
    """Of one worker's batch in the step after the checkpoint, computed here."""
    train = load("cifar10", images).train
    batch = torch.randint(len(train.labels), (1, BATCH_SIZE), generator=torch.Generator().manual_seed(step))[0]
    model = build("small-resnet")
    model.load_state_dict(load_file(checkpoint))
    logits = model(standardise(train.images, statistics(train))[batch])
    return torch.nn.functional.cross_entropy(logits, train.labels[batch]).item()


@pytest.mark.one_in(4)
@pytest.mark.parametrize("how", ["unplug", "power_off"])
def test_the_other_host_goes_on_from_the_last_commit(how, elastic, two_hosts, images, tmp_path):
    data, out = images(500), tmp_path / "out"
    with elastic("--data", data, "--out", out, "--steps", STEPS) as job:
        assert job.reaches(lambda: len(reports(out)) > 2.5 * STEPS_PER_COMMIT, within=90), job.printed()
        cut = time.monotonic()
        getattr(two_hosts[1], how)()
        assert job.reaches(lambda: reports(out)[-1]["workers"] == 1, within=SECONDS_TO_GO_ON), job.printed()
        print(f"went on {time.monotonic() - cut:.1f} s after {how}")
        assert job.ends(within=60), job.printed()
    assert job.succeeded, job.printed()
    together = [report["step"] for report in reports(out) if report["workers"] == 2]
    alone = [report for report in reports(out) if report["workers"] == 1]
    committed = alone[0]["step"] - 1
    assert together == list(range(1, len(together) + 1))
    assert committed % STEPS_PER_COMMIT == 0
    assert 0 <= together[-1] - committed <= STEPS_PER_COMMIT
    assert [report["step"] for report in alone] == list(range(committed + 1, STEPS + 1))
    checkpoint = out / checkpoint_name(committed // STEPS_PER_COMMIT)
    assert alone[0]["loss"] == pytest.approx(loss_at(checkpoint, data, committed), abs=1e-4)
