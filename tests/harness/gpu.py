"""`@pytest.mark.gpu`: skipped where torch sees no GPU. The fixture `gpu` is the device, with sums of full precision."""

import pytest

from harness.needs import reason


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("gpu"):
        import torch

        if not torch.cuda.is_available():
            pytest.skip(reason("a GPU", "bench/gpu_day.py runs it where there is one"))


@pytest.fixture
def gpu(monkeypatch):
    import torch

    for backend in (torch.backends.cudnn, torch.backends.cuda.matmul):
        monkeypatch.setattr(backend, "allow_tf32", False)
    return torch.device("cuda")
