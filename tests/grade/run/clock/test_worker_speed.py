"""The speed of one worker is measured with a probe beside it, and the probe reads the same while ranks run."""

import os

from scalelab.grade.run.clock.speedometer import REMEMBERED, Speedometer
from scalelab.grade.run.clock.training_step import PROBE_BATCH_SIZE
from scalelab.grade.run.clock.worker_speed import BATCH_SIZE, measure_worker_speed


def test_a_probe_of_fewer_images_takes_less_of_a_core_and_afterwards_all_cores_are_ours_again():
    before = os.sched_getaffinity(0)
    speed = measure_worker_speed("small-resnet", "cpu", 0.5)
    step_seconds = BATCH_SIZE / speed.images_per_second
    assert PROBE_BATCH_SIZE / BATCH_SIZE / 2 < speed.probe_seconds / step_seconds < 1
    assert os.sched_getaffinity(0) == before


def test_the_speedometer_reads_every_core_from_a_thread_of_its_own(monkeypatch):
    monkeypatch.setattr("scalelab.grade.run.clock.speedometer.SECONDS_BETWEEN_READINGS", 0.01)
    cores = sorted(os.sched_getaffinity(0))[:2]
    before = os.sched_getaffinity(0)
    with Speedometer("small-resnet", cores) as speedometer:
        while len(speedometer.probe_seconds()) < len(cores) or any(
            len(readings) < REMEMBERED for readings in speedometer.readings.values()
        ):
            speedometer.ended.wait(0.01)
        assert all(0 < seconds < 1 for seconds in speedometer.probe_seconds())
        assert os.sched_getaffinity(0) == before
    assert not speedometer.thread.is_alive()
