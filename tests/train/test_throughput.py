"""A speed counts the images that were really seen, after the warm-up, when the device is done."""

import pytest
import torch

from scalelab.train.fake_device import FakeDevice
from scalelab.train.throughput import images_per_second, training_step


class Clock:
    """A clock that only the device moves."""

    def __init__(self, device: FakeDevice):
        self.device = device

    def perf_counter(self) -> float:
        return self.device.clock()


@pytest.mark.parametrize("batch_size", [1, 7, 64])
@pytest.mark.parametrize("warmup", [1, 3])
def test_the_speed_of_a_device_is_found_whatever_its_warm_up(monkeypatch, batch_size, warmup):
    device = FakeDevice(images_per_second=1000, slow_steps=warmup)
    monkeypatch.setattr("scalelab.train.throughput.time", Clock(device))
    speed = images_per_second(device.step, range(batch_size), device.wait, seconds=0.5, warmup=warmup)
    assert speed == pytest.approx(1000, rel=0.01)
    assert device.steps - warmup >= 0.5 * 1000 / batch_size


def test_at_least_one_step_is_measured(monkeypatch):
    device = FakeDevice(images_per_second=10)
    monkeypatch.setattr("scalelab.train.throughput.time", Clock(device))
    assert images_per_second(device.step, range(50), device.wait, seconds=0.1, warmup=2) == pytest.approx(10, rel=0.01)


def test_the_pretend_device_works_on_until_it_is_waited_for():
    device = FakeDevice(images_per_second=100, slow_steps=1, slow_seconds=2.0)
    device.step(range(50))
    assert device.clock() < 0.001
    device.wait()
    assert device.clock() == pytest.approx(2.5)
    device.step(range(50))
    device.wait()
    assert device.clock() == pytest.approx(3.0)


def test_a_training_step_lowers_the_loss_of_its_batch():
    torch.manual_seed(0)
    model = torch.nn.Linear(4, 3)
    X, y = torch.randn(20, 4), torch.randint(0, 3, (20,))
    step, batch = training_step(model, X, y, lr=0.1), torch.arange(5, 15)
    before = torch.nn.functional.cross_entropy(model(X[batch]), y[batch])
    for _ in range(20):
        step(batch)
    assert torch.nn.functional.cross_entropy(model(X[batch]), y[batch]) < before / 1.2
