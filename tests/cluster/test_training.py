"""The assessment, solved, over two hosts: it trains, and a host that is lost ends the job with its name."""

import math
import time

import pytest

from scalelab.models import build, count_weights

from .documented import launcher
from .training import BATCH_SIZE, EPOCHS, SOLUTION, VALIDATION, needs_mpi, rows

pytestmark = [pytest.mark.ranks, pytest.mark.slow]

WHY = SOLUTION.parents[2] / "docker" / "why.py"
SECONDS_TO_END = 60


@pytest.fixture(params=["horovodrun --gloo -np 4 -H", "mpirun"], ids=["horovodrun", "mpirun"])
def words(request) -> list[str]:
    if request.param == "mpirun":
        needs_mpi()
    return launcher(request.param)


def test_the_assessment_trains_over_both_hosts(words, two_hosts, start, images, tmp_path):
    count, out = VALIDATION + 200, tmp_path / "out"
    before = two_hosts[1].sent()
    with start(*words, "python", SOLUTION, "--data", images(count), "--out", out) as job:
        assert job.ends(within=90), job.printed()
    assert job.succeeded, job.printed()
    assert [row["epoch"] for row in rows(out)] == list(range(1, EPOCHS + 1))
    assert rows(out)[-1]["effective_batch_size"] == 2 * BATCH_SIZE
    assert len(list(out.glob("epoch-*.safetensors"))) == EPOCHS
    # Two ranks that average their gradients send each other as many bytes as there are gradients, step by step.
    steps = EPOCHS * math.ceil((count - VALIDATION) / 2 / BATCH_SIZE)
    gradients = 4 * count_weights(build("small-resnet"))
    assert two_hosts[1].sent() - before > steps * gradients


@pytest.mark.one_in(4)
@pytest.mark.parametrize("how", ["unplug", "power_off"])
def test_a_lost_host_ends_the_job_with_its_name(words, how, two_hosts, start, images, tmp_path):
    out = tmp_path / "out"
    with start("python", WHY, *words, "python", SOLUTION, "--data", images(VALIDATION + 2_000), "--out", out) as job:
        assert job.reaches(lambda: rows(out), within=90), job.printed()
        cut = time.monotonic()
        getattr(two_hosts[1], how)()
        assert job.ends(within=SECONDS_TO_END), job.printed()
    print(f"ended {time.monotonic() - cut:.1f} s after {how}")
    assert not job.succeeded
    assert job.output.launcher()[-1].startswith("node2 was lost"), job.printed()
    assert len(rows(out)) < EPOCHS
