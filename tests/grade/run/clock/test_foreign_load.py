"""Who else runs on the cores is seen; what a submission starts is never taken for somebody else's."""

import os
import subprocess
import sys
import time
from types import SimpleNamespace

import psutil
import pytest

from scalelab.grade.run.clock import foreign_load
from scalelab.grade.run.clock.foreign_load import ForeignLoad

ME = os.getpid()


class Machine:
    """Processes as psutil shows them, and a clock."""

    def __init__(self):
        self.processes, self.now = {}, 0.0

    def has(self, pid, parent, seconds, core=0, started=1.0):
        times = SimpleNamespace(user=seconds / 2, system=seconds / 2)
        told = {"ppid": parent, "create_time": started, "cpu_times": times, "cpu_num": core}
        self.processes[pid] = SimpleNamespace(pid=pid, info=told)


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(foreign_load.psutil, "process_iter", lambda _: list(machine.processes.values()))
    monkeypatch.setattr(foreign_load.time, "perf_counter", lambda: machine.now)
    machine.has(1, 0, 5.0)
    machine.has(ME, 1, 5.0)
    return machine


def test_what_others_take_is_counted_in_cores(machine):
    machine.has(70, 1, 3.0)
    load = ForeignLoad({0, 1})
    machine.now = 2.0
    machine.has(70, 1, 4.0)
    assert load.look() == pytest.approx(0.5)
    machine.now = 3.0
    assert load.look() == 0.0


def test_a_process_that_has_begun_since_counts_from_its_beginning(machine):
    load = ForeignLoad({0, 1})
    machine.now = 2.0
    machine.has(71, 1, 2.0)
    assert load.look() == pytest.approx(1.0)


def test_a_number_that_is_given_out_again_is_another_process(machine):
    machine.has(70, 1, 30.0, started=1)
    load = ForeignLoad({0, 1})
    machine.now = 1.0
    machine.has(70, 1, 0.5, started=99)
    assert load.look() == pytest.approx(0.5)


def test_what_descends_from_the_grader_is_not_foreign_however_deep(machine):
    load = ForeignLoad({0, 1})
    machine.now = 1.0
    machine.has(80, ME, 1.0)
    machine.has(81, 80, 1.0)
    machine.has(82, 81, 1.0)
    assert load.look() == 0.0


def test_other_cores_do_not_count(machine):
    load = ForeignLoad({0, 1})
    machine.now = 1.0
    machine.has(70, 1, 1.0, core=2)
    assert load.look() == 0.0


def test_what_shows_nothing_of_itself_is_passed_over(machine):
    machine.has(70, 1, 1.0)
    machine.processes[70].info["cpu_times"] = None
    load = ForeignLoad({0, 1})
    machine.now = 1.0
    assert load.look() == 0.0


def test_a_real_process_is_seen_by_what_it_takes():
    """The looker is a process of its own, beside which the other one spins."""
    spins = [sys.executable, "-c", "while True: pass"]
    looks = (
        "import time; from scalelab.grade.run.clock.foreign_load import ForeignLoad; load = ForeignLoad(range(4096));"
    )
    looks += "print(flush=True); input(); print(load.look())"
    with subprocess.Popen([sys.executable, "-c", looks], stdin=-1, stdout=-1, text=True) as looker:
        assert looker.stdout.readline() == "\n"
        with subprocess.Popen(spins) as spinner:
            start = time.monotonic()
            try:
                while (taken := sum(psutil.Process(spinner.pid).cpu_times()[:2])) < 1.0:
                    time.sleep(0.1)
                passed = time.monotonic() - start
                seen = float(looker.communicate("\n")[0])
            finally:
                spinner.kill()
    assert seen * passed > 0.8 * taken
