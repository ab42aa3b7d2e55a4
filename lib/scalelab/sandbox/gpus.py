"""The device files of NVIDIA's GPUs that a run may open: of its own GPUs, and what all of them share."""

import contextlib
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DEVICES = Path("/dev")
DRIVER = Path("/proc/driver/nvidia")  # what the driver tells of itself and of each GPU, in the order of the PCI bus
SHARED = ("nvidiactl", "nvidia-modeset", "nvidia-uvm", "nvidia-uvm-tools")
UUID = re.compile(r"GPU-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Gpu:
    """As the driver tells of it; its device file may be closed to us, for a cluster gives a job some GPUs alone."""

    uuid: str
    model: str
    device: Path


@dataclass(frozen=True)
class Given:
    """Device files to show, and what CUDA_VISIBLE_DEVICES is to be there; None: as it is."""

    devices: list[Path]
    visible: str | None = None


def given(visible: str | None) -> Given:
    """For this value of CUDA_VISIBLE_DEVICES; all there is where it is not certain which GPUs that means.

    Within, GPUs go by their UUIDs: a number counts those that a program can open, so there it would be another.
    """
    if (own := _named(visible, _gpus())) is None:
        return Given(sorted(DEVICES.glob("nvidia*")))
    shared = [DEVICES / name for name in SHARED if (DEVICES / name).exists()]
    return Given([*shared, *(gpu.device for gpu in own)], ",".join(gpu.uuid for gpu in own))


def _named(visible: str | None, gpus: Sequence[Gpu]) -> list[Gpu] | None:
    names = [name.strip() for name in (visible or "").split(",") if name.strip()]
    # CUDA counts by speed unless it is told not to (CUDA_DEVICE_ORDER), but GPUs of one model by their places.
    counted = len({gpu.model for gpu in gpus}) == 1 or os.environ.get("CUDA_DEVICE_ORDER") == "PCI_BUS_ID"
    known = {gpu.uuid: gpu for gpu in gpus} | ({str(place): gpu for place, gpu in enumerate(gpus)} if counted else {})
    divided = any(DRIVER.glob("capabilities/gpu*/mig/gi*"))  # a GPU instance has a name and files of its own
    if visible is None or divided or not set(names) <= set(known):
        return None
    return [known[name] for name in names]


def _gpus() -> list[Gpu]:
    """Those that we can open, in the order of the PCI bus; none where the driver does not tell of all."""
    found = []
    for folder in sorted(DRIVER.glob("gpus/*")):
        with contextlib.suppress(OSError):
            lines = (folder / "information").read_text().splitlines()
            fields = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
            if not UUID.fullmatch(fields.get("GPU UUID", "")) or not fields.get("Device Minor", "").isdigit():
                return []
            gpu = Gpu(fields["GPU UUID"], fields.get("Model", ""), DEVICES / f"nvidia{fields['Device Minor']}")
            os.close(os.open(gpu.device, os.O_RDWR))
            found.append(gpu)
    return found
