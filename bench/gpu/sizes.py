"""How large the parts of bench/gpu_day.py are: as measured on a GPU, and for the rehearsal on a CPU."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """`device` is torch's name. Counts are of what their names say; `seconds` is of one measurement of a speed.

    `network_arguments`, `images` and `validation` are the setting of the labs' runs; None and "": as the labs have it.
    """

    device: str
    rounds: int
    seconds: float
    matrix: int  # rows of a square one
    numbers: int  # of a tensor that is copied, or summed over ranks
    seeds: int
    weights: int | None  # of ResNet-50's 161, the first
    # Lab 1.3, Lab 3.2
    network: str | None
    images: int | None
    validation: int | None
    batch_sizes: tuple[int, ...]
    sweep_runs: tuple[str, ...]
    sweep_arguments: str
    # the rubric: None for its own sizes
    train_images: int | None
    budget_seconds: float
    # time to 94 %
    width: int
    fast_images: int | None
    fast_batch: int
    fast_epochs: int
    compiled: bool
    # the tests that are marked gpu
    tests: str


FULL = Sizes(
    device="cuda", rounds=15, seconds=0.3, matrix=8192, numbers=25_557_032, seeds=5, weights=None,
    network=None, images=None, validation=None, batch_sizes=(16, 64, 256, 1024, 4096),
    sweep_runs=("small batch", "linear, warmup, ghost", "LARS", "LAMB"), sweep_arguments="--epochs 1 --every 1",
    train_images=None, budget_seconds=150.0,
    width=64, fast_images=None, fast_batch=512, fast_epochs=15, compiled=True, tests="tests/*/test_*_on_gpu.py",
)  # fmt: skip
TINY = Sizes(
    device="cpu", rounds=1, seconds=0.01, matrix=64, numbers=1000, seeds=1, weights=4,
    network="wide-resnet-10-1", images=64, validation=32, batch_sizes=(16, 32),
    sweep_runs=("LARS",),
    sweep_arguments="--epochs 1 --every 1 --device cpu --model wide-resnet-10-1 --images 64 --validation 32 "
    "--batch-size 32 --ghost-size 16",
    train_images=600, budget_seconds=60.0,
    width=4, fast_images=64, fast_batch=32, fast_epochs=1, compiled=False, tests="tests/optim/test_*_on_gpu.py",
)  # fmt: skip
