"""Divides the machine into slots: each runs one submission, and none takes another's time."""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from scalelab.errors import ScaleLabError
from scalelab.files.lock import held
from scalelab.files.scratch import machine_folder

TOPOLOGY = Path("/sys/devices/system/cpu")
SECONDS_BETWEEN_TRIES = 0.2


@dataclass(frozen=True)
class Slot:
    """The logical cores and the GPUs (as CUDA_VISIBLE_DEVICES names them) of one submission at a time."""

    cores: tuple[int, ...]
    gpus: tuple[str, ...] = ()

    def settle_in(self) -> None:
        """Keep this process, and all that it will start, to the slot. To be called before CUDA is used."""
        import torch  # late: a slot is divided off and waited for before torch is loaded

        os.sched_setaffinity(0, self.cores)
        torch.set_num_threads(len(self.cores))
        if self.gpus:
            os.environ["CUDA_VISIBLE_DEVICES"] = ",".join(self.gpus)

    @contextmanager
    def occupied(self, *, wait: bool = True, waiting: Callable[[], None] = lambda: None) -> Iterator[bool]:
        """Have the slot alone on this machine: another grader, of whatever class, waits; False where not `wait`.

        The parts are locked in order, so graders that divide the machine differently do not wait in a ring.
        """
        names = [f"gpu-{gpu}" for gpu in sorted(self.gpus)] or [f"core-{core}" for core in sorted(self.cores)]
        with ExitStack() as locks:
            paths = [machine_folder() / "slots" / name for name in names]
            yield all(locks.enter_context(held(path, wait=wait, waiting=waiting)) for path in paths)


@contextmanager
def any_slot(slots: Sequence[Slot]) -> Iterator[Slot]:
    """Have whichever slot is free first; for a job that was not told which is its own."""
    while True:
        for slot in slots:
            with slot.occupied(wait=False) as mine:
                if mine:
                    yield slot
                    return
        time.sleep(SECONDS_BETWEEN_TRIES)


def find_slots(workers: int, device: str) -> list[Slot]:
    """As many slots as this process's cores, or its GPUs, give; each has `workers` of them.

    Raises ScaleLabError where there are fewer GPUs than that. Fewer cores make one slot, and slow ranks.
    """
    cores = physical_cores(os.sched_getaffinity(0))
    return divide(cores, workers) if device == "cpu" else divide_gpus(cores, _gpus(), workers)


def physical_cores(logical: set[int]) -> list[tuple[int, ...]]:
    """The logical cores that share a physical one, neighbours on a socket side by side."""
    together: dict[tuple[int, int], list[int]] = {}
    for core in sorted(logical):
        together.setdefault(_place(core), []).append(core)
    return [tuple(cores) for _, cores in sorted(together.items())]


def divide(cores: Sequence[tuple[int, ...]], workers: int) -> list[Slot]:
    """Slots of `workers` physical cores each; of logical ones where there are not enough for one slot."""
    if len(cores) < workers:
        cores = [(core,) for shared in cores for core in shared]
    starts = range(0, max(1, len(cores) // workers) * workers, workers)
    return [Slot(_flat(cores[start : start + workers])) for start in starts]


def divide_gpus(cores: Sequence[tuple[int, ...]], gpus: Sequence[str], workers: int) -> list[Slot]:
    """Slots of `workers` GPUs each, with an even share of the cores."""
    count = len(gpus) // workers
    if count == 0:
        raise ScaleLabError(f"A submission gets {workers} GPUs, but {len(gpus)} can be used here; see --workers.")
    share = max(1, len(cores) // count)
    return [
        Slot(
            _flat(cores[i * share : (i + 1) * share]) or _flat(cores),
            tuple(gpus[i * workers : (i + 1) * workers]),
        )
        for i in range(count)
    ]


def _flat(cores: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(core for shared in cores for core in shared)


def _place(core: int) -> tuple[int, int]:
    """(socket, physical core); a machine that does not say has a physical core for each logical one."""
    folder = TOPOLOGY / f"cpu{core}" / "topology"
    try:
        return int((folder / "physical_package_id").read_text()), int((folder / "core_id").read_text())
    except (OSError, ValueError):
        return 0, core


def _gpus() -> list[str]:
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name.strip() for name in visible.split(",") if name.strip()]
    import torch  # late, as above

    return [str(index) for index in range(torch.cuda.device_count())]
