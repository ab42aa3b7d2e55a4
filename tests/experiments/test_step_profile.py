"""What watch.py measured, and Horovod's timeline on the same clock; the stored runs as ratios within a round."""

import msgspec
import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.horovod_settings import (
    DEFAULT,
    Experiment,
    Sweep,
    Timed,
    WatchingRuns,
    read_watching_runs,
)
from scalelab.experiments.step_profile import Watched, exchanges, read_watched
from scalelab.experiments.stored import write_stored
from scalelab.launch.timeline import Event, Timeline

STAGES = ["input", "forward", "backward", "exchange", "update"]


def watched(accumulation_steps=1, began=(100.0, 101.0, 102.0)):
    seconds = [[0.1, 0.2, 0.3, 0.1 * k, 0.05] for k in range(len(began))]
    return Watched("resnet-8", 2, 16, accumulation_steps, [40, 400], STAGES, list(began), seconds, 0.0)


def timeline(starts, zero=90.0):
    events = [
        event
        for start in starts
        for event in (
            Event("a", "NEGOTIATE_ALLREDUCE", start, 0.01),
            Event("a", "GLOO_ALLREDUCE", start + 0.02, 0.1, 1),
        )
    ]
    return Timeline(tuple(events), (), (), True, zero)


def test_a_step_is_the_sum_of_its_stages():
    one = watched()
    assert one.step_seconds == pytest.approx([0.65, 0.75, 0.85])
    assert one.typical() == 1
    assert one.images_per_second == pytest.approx(2 * 16 / 0.75)
    assert watched(accumulation_steps=4).images == 128


def test_stages_follow_each_other_on_the_timelines_clock():
    found = watched().intervals(2, zero=90.0)
    assert list(found) == STAGES
    assert found["input"] == pytest.approx((12.0, 12.1))
    assert found["exchange"] == pytest.approx((12.6, 12.8))
    assert found["update"][1] == pytest.approx(12.85)


def test_stages_that_take_turns_have_no_one_interval():
    with pytest.raises(ScaleLabError, match="4 passes"):
        watched(accumulation_steps=4).intervals(0, zero=0.0)


def test_every_step_gets_the_exchange_that_began_in_it():
    warm_up = (9.0, 9.5)
    found = exchanges(watched(), timeline([*warm_up, 10.4, 11.4, 12.4]))
    assert [events[0].start for events in found] == pytest.approx([10.4, 11.4, 12.4])


@pytest.mark.parametrize("starts", [[10.4, 11.4], [10.4, 11.9, 12.4], [1.0, 2.0]])
def test_a_timeline_of_another_run_is_refused(starts):
    with pytest.raises(ScaleLabError, match="same run"):
        exchanges(watched(), timeline(starts))


def test_what_is_no_run_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(ScaleLabError, match="a run that comes to its end"):
        read_watched(tmp_path / "none.json")
    (tmp_path / "other.json").write_text('{"workers": 2}')
    with pytest.raises(ScaleLabError, match="a run that comes to its end"):
        read_watched(tmp_path / "other.json")


def timed(step, images=32):
    return Timed(step, [0.0, step / 4, step / 2, step / 4, 0.0], images, 0.0)


@pytest.fixture
def experiment():
    # In the second round the machine was three times as slow.
    rounds = [{DEFAULT: timed(k), "fusion off": timed(2 * k), "4 passes": timed(3 * k, 128)} for k in (0.01, 0.03)]
    return Experiment("resnet-8", 16, [40, 400], rounds)


def test_a_slow_round_does_not_change_the_ratios(experiment):
    assert experiment.ratios("fusion off") == pytest.approx([2, 2])
    assert experiment.ratios("4 passes") == pytest.approx([3, 3])
    assert experiment.ratios("4 passes", per_image=True) == pytest.approx([0.75, 0.75])
    assert experiment.values("fusion off", "images_per_second") == pytest.approx([32 / 0.02, 32 / 0.06])
    assert experiment.stage_medians(DEFAULT) == pytest.approx(np.array([0, 0.005, 0.01, 0.005, 0]))


def test_stored_runs_come_back_as_they_were(experiment, tmp_path):
    runs = WatchingRuns(
        machine={"machine": "made up"}, cores=2, setting="made up", stages=STAGES, experiments={"dense": experiment},
        sweeps=[Sweep(2, [256, 1024], [[1e-4, 2e-4]])], target=0.8, images_to_target={16: [1000.0], 32: []},
    )  # fmt: skip
    write_stored(runs, tmp_path / "runs.json")
    assert read_watching_runs(tmp_path / "runs.json") == runs
    assert runs.sweep(2).sizes == [256, 1024]


def test_other_files_are_no_stored_runs(tmp_path):
    with pytest.raises(ScaleLabError, match="bench/horovod_settings.py"):
        read_watching_runs(tmp_path / "none.json")
    (tmp_path / "runs.json").write_bytes(msgspec.json.encode({"rounds": []}))
    with pytest.raises(ScaleLabError, match="bench/horovod_settings.py"):
        read_watching_runs(tmp_path / "runs.json")
