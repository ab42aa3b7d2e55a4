"""Ranks are killed and stopped, rank 0 too: the training goes on, and every example counts once."""

import json
import os
import signal

import pytest

from scalelab.launch.launch import Limits
from scalelab.parallel.elastic.restart import run_elastic

pytestmark = [pytest.mark.ranks, pytest.mark.slow]
EXAMPLES, EPOCHS, STEPS_PER_COMMIT, BATCH_SIZE = 96, 3, 3, 4

# Fits a line by SGD; a commit holds the weights, how much of the epoch is done, and which examples have made them.
SCRIPT = f"""
import json, os, time
from pathlib import Path

import torch
import torch.distributed as dist

from scalelab.parallel.elastic.order import epoch_order, step_examples

dist.init_process_group("gloo")
rank, size, file = dist.get_rank(), dist.get_world_size(), Path("commit.json")
state = json.loads(file.read_text()) if file.exists() else dict(weight=0.0, epoch=0, done=0, steps=0, seen=[])
Path(f"pid-{{size}}-{{rank}}").write_text(str(os.getpid()))
x = torch.linspace(-1, 1, {EXAMPLES})
while state["epoch"] < {EPOCHS}:
    order = epoch_order({EXAMPLES}, state["epoch"], seed=0)
    mine = step_examples(order, state["done"], rank, size, {BATCH_SIZE})
    sums = torch.stack([(2 * x[mine] * (state["weight"] - 3) * x[mine]).sum(), torch.tensor(float(len(mine)))])
    dist.all_reduce(sums)
    state["weight"] -= 0.1 * float(sums[0] / sums[1])
    state["seen"] += [[state["epoch"], int(k)] for k in order[state["done"] : state["done"] + int(sums[1])]]
    state["done"] += int(sums[1])
    state["steps"] += 1
    if state["done"] == {EXAMPLES}:
        state["epoch"], state["done"] = state["epoch"] + 1, 0
    if rank == 0 and (state["steps"] % {STEPS_PER_COMMIT} == 0 or state["epoch"] == {EPOCHS}):
        part = Path("commit.part")
        part.write_text(json.dumps(state))
        part.replace(file)
    if rank == 0:
        Path(f"steps-{{size}}").write_text(str(state["steps"]))
    time.sleep(0.05)
dist.destroy_process_group()
"""


@pytest.mark.parametrize(("victims", "blow"), [
    ([0, 0], signal.SIGKILL), ([2, 1], signal.SIGKILL), ([1, 0], signal.SIGKILL), ([0], signal.SIGSTOP),
])  # fmt: skip
def test_the_training_goes_on_and_every_example_counts_once(victims, blow, tmp_path, survivors):
    (tmp_path / "train.py").write_text(SCRIPT)
    struck, lost = [], []

    def strike(attempt, progress):
        if attempt < len(victims) and len(struck) == attempt:
            size = 3 - attempt
            steps = tmp_path / f"steps-{size}"
            if steps.exists() and (made := steps.read_text()) and int(made) >= 2 + 5 * attempt:
                struck.append(victims[attempt])
                commit = tmp_path / "commit.json"
                lost.append(int(made) - (json.loads(commit.read_text())["steps"] if commit.exists() else 0))
                os.kill(int((tmp_path / f"pid-{size}-{victims[attempt]}").read_text()), blow)

    attempts = run_elastic(
        tmp_path / "train.py", workers=3, folder=tmp_path, limits=Limits(seconds=300, stall_seconds=8), watch=strike
    )
    assert struck == victims
    assert max(lost) <= STEPS_PER_COMMIT
    assert [attempt.workers for attempt in attempts] == [3 - k for k in range(len(victims) + 1)]
    assert attempts[-1].outcome.ended == "finished", attempts[-1].outcome.reason
    state = json.loads((tmp_path / "commit.json").read_text())
    assert sorted(map(tuple, state["seen"])) == [(epoch, k) for epoch in range(EPOCHS) for k in range(EXAMPLES)]
    assert state["weight"] == pytest.approx(3, abs=0.5)
    assert survivors() == []


def test_a_script_that_fails_by_itself_is_not_started_again(tmp_path):
    (tmp_path / "train.py").write_text("import torch.distributed as dist\ndist.init_process_group('gloo')\n1 / 0\n")
    attempts = run_elastic(tmp_path / "train.py", workers=2, folder=tmp_path)
    assert [attempt.workers for attempt in attempts] == [2]
    assert "ZeroDivisionError" in attempts[0].outcome.reason


def test_it_is_not_started_with_fewer_than_it_may(tmp_path):
    (tmp_path / "train.py").write_text(
        "import os, torch.distributed as dist\ndist.init_process_group('gloo')\nos.kill(os.getpid(), 9)\n"
    )
    assert [
        attempt.workers for attempt in run_elastic(tmp_path / "train.py", workers=2, fewest=2, folder=tmp_path)
    ] == [2]
