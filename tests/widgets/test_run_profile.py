"""The lab's own scripts on real ranks: what travels, when, and who is waited for, as the timeline has it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.launch.timeline import negotiation_wait, transfers
from scalelab.parallel.collectives.cost_model import seconds_by_size
from scalelab.widgets.run_profile import watch, watch_messages

pytestmark = pytest.mark.ranks

LAB = Path(__file__).parents[2] / "labs" / "source" / "lab2_horovod"
STEPS = 12


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    folder = tmp_path_factory.mktemp("watch")
    for name in ("watch.py", "send_messages.py"):
        shutil.copy(LAB / name, folder)
    return folder


@pytest.fixture
def here(lab, monkeypatch):
    monkeypatch.chdir(lab)
    monkeypatch.delenv("HOROVOD_FUSION_THRESHOLD", raising=False)
    return lab


def bytes_of(run):
    """{bytes that travel in a step}, over the steps."""
    return {sum(message.bytes for message in transfers(events)) for events in run.exchanges}


def test_without_fusion_every_gradient_is_a_message(here):
    run = watch("off", f"--steps {STEPS}", settings={"HOROVOD_FUSION_THRESHOLD": "0"})
    assert len(run.exchanges) == STEPS
    assert {len(transfers(events)) for events in run.exchanges} == {len(run.measured.gradients)}
    assert bytes_of(run) == {sum(run.measured.gradients)}
    assert run.measured.error == 0


@pytest.mark.slow
def test_one_group_is_one_message_at_the_end_of_backward_with_half_the_bytes_in_fp16(here):
    run = watch("group", f"--steps {STEPS} --groups 1 --compression fp16")
    assert {len(transfers(events)) for events in run.exchanges} == {1}
    assert bytes_of(run) == {sum(run.measured.gradients) / 2}
    assert 1e-5 < run.measured.error < 1e-2
    left = []  # when the message did, as a share of backward; a busy machine may read the clock late now and then
    for number, events in enumerate(run.exchanges):
        start, end = run.stages(number)["backward"]
        left.append((transfers(events)[0].start - start) / (end - start))
    assert np.median(left) > 0.7


@pytest.mark.slow
def test_a_step_of_three_passes_has_one_exchange_and_three_times_the_images(here):
    run = watch("passes", f"--steps {STEPS} --accumulation-steps 3")
    assert run.measured.images == 2 * 16 * 3
    assert len(run.exchanges) == STEPS
    assert bytes_of(run) == {sum(run.measured.gradients)}


@pytest.mark.slow
def test_the_late_rank_is_the_last_to_be_ready_in_nearly_every_step(here):
    settings = {"HOROVOD_CACHE_CAPACITY": "0"}
    run = watch("late", f"--steps {STEPS} --late-rank 1 --late-by 0.1", settings=settings)
    firsts = [negotiation_wait(run.timeline, events)[0] for events in run.exchanges]
    assert sum(one.rank == 0 for one in firsts) >= STEPS - 1
    assert np.median(run.measured.step_seconds) > 0.1
    assert run.measured.stages[int(np.argmax(run.measured.medians))] == "exchange"


def test_one_worker_exchanges_nothing(here):
    run = watch("one", f"--steps {STEPS}", workers=1)
    assert (run.timeline, run.exchanges) == (None, [])
    assert run.measured.medians[run.measured.stages.index("exchange")] < 1e-3


def test_messages_of_all_sizes_are_found_in_the_timeline(here):
    found = seconds_by_size(watch_messages("--largest 65536 --repeats 8"))
    assert list(found) == [256, 1024, 4096, 16384, 65536]
    assert {len(seconds) for seconds in found.values()} == {5}


def test_a_run_that_fails_leaves_nothing_of_an_earlier_one(here):
    (here / "runs").mkdir(exist_ok=True)
    (here / "runs" / "broken.json").write_text("an earlier run")
    with pytest.raises(ScaleLabError, match="there is nothing to look at"):
        watch("broken", "--model no-such-model")
    assert not (here / "runs" / "broken.json").exists()
