"""Reads how fast the cores are while ranks train on them."""

import itertools
import statistics
import threading
from collections import deque
from collections.abc import Iterable

import torch

from scalelab.grade.run.clock.training_step import Probe
from scalelab.grade.run.clock.worker_speed import on_core

SECONDS_BETWEEN_READINGS = 1.0  # a reading takes some hundredths of a second from the ranks of one core
REMEMBERED = 3  # readings of a core, of which the median counts


class Speedometer:
    """A thread that goes from core to core and reads a probe there, as a context; `probe_seconds` is what it read last.

    It counts the seconds that a core has spent on the probe, not those that passed: ranks on the same core do not slow
    it down by taking turns with it, but a core that has become slower does, whatever the reason (its clock, heat, the
    neighbour that shares it in a data centre).
    """

    def __init__(self, model_name: str, cores: Iterable[int]):
        self.probe = Probe(model_name)
        self.readings: dict[int, deque[float]] = {core: deque(maxlen=REMEMBERED) for core in sorted(cores)}
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Speedometer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        self.thread.join()

    def probe_seconds(self) -> list[float]:
        """Of each core that was read already."""
        return [statistics.median(list(readings)) for readings in self.readings.values() if readings]

    def _read(self) -> None:
        torch.set_num_threads(1)
        for core in itertools.cycle(self.readings):
            if self.ended.is_set():
                return
            with on_core(core):
                self.readings[core].append(self.probe.read())
            self.ended.wait(SECONDS_BETWEEN_READINGS)
