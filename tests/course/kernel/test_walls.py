"""A kernel within the sandbox: what it and all that it starts may take, together."""

import re

import pytest

from scalelab.course.kernel.kernel import Kernel
from scalelab.course.kernel.limits import Limits
from scalelab.course.kernel.process import KernelProcess
from scalelab.sandbox import Caps

LIMITS = Limits(seconds=300, grace_seconds=2, memory_gb=0.5)
CAPS = Caps(memory_gb=0.5, processes=60, disk_mb=20)
CHILD = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', {code!r}])"
GROWS = "import time\nkept = [b'1' * 20_000_000 for _ in range(40)]\ntime.sleep(20)"
WRITES = "for number in range(9):\n    open(str(number), 'wb').write(bytes(5_000_000))\nimport time\ntime.sleep(20)"
HIDES = """import os, time
held = os.open("hidden", os.O_CREAT | os.O_RDWR)
os.unlink("hidden")
for _ in range(20):
    os.write(held, bytes(10_000_000))
time.sleep(20)"""
FORKS = """import os, time
count = 0
try:
    while True:
        if os.fork() == 0:
            time.sleep(9)
            os._exit(0)
        count += 1
except BlockingIOError:
    print("forks:", count)"""


@pytest.fixture
def kernel(tmp_path):
    with Kernel(tmp_path, CAPS) as kernel:
        kernel.start()
        yield kernel


@pytest.fixture
def no_groups(monkeypatch):
    """As where the kernel does not let us have control groups."""
    monkeypatch.setattr("scalelab.course.kernel.process.make_group", lambda caps: None)


def check_memory(kernel):
    ran = kernel.run(CHILD.format(code=GROWS), LIMITS)
    assert ran.trouble == "was stopped when it used more than 0.5 GB of memory"
    kernel.start()
    assert kernel.run("print(1)", LIMITS).outputs[0].text == "1\n"


def test_memory_is_that_of_all_its_processes(kernel):
    check_memory(kernel)


def test_memory_is_that_of_all_its_processes_without_control_groups_too(no_groups, kernel):
    check_memory(kernel)


def test_a_full_folder_stops_the_cell(kernel):
    assert kernel.run(WRITES, LIMITS).trouble == "was stopped when it had written more than 20 MB"


def test_a_disk_filled_by_a_file_without_a_name_stops_the_cell(kernel):
    assert kernel.run(HIDES, LIMITS).trouble == "was stopped when it had written more than 20 MB in deleted files"


def test_a_disk_that_is_nearly_full_stops_the_cell_and_the_reason_blames_nobody(monkeypatch, kernel):
    for disk in kernel.process.disks:
        monkeypatch.setattr(disk, "free", lambda: 1e9)
        monkeypatch.setattr(disk, "at_first", 9e9)
    ran = kernel.run("import time\ntime.sleep(20)", LIMITS)
    assert ran.trouble.endswith("less than 2 GB of the disk were left, whoever took the rest")


def test_processes_without_end_are_not_started_and_the_kernel_goes_on(kernel):
    ran = kernel.run(FORKS, LIMITS)
    assert 10 < int(re.search(r"forks: (\d+)", ran.outputs[0].text).group(1)) < 60
    assert ran.trouble is None


def test_an_interrupt_reaches_what_the_cell_waits_for(kernel):
    ran = kernel.run(CHILD.format(code="import time\ntime.sleep(60)"), Limits(1, 5, 0.5))
    assert ran.trouble == "was stopped after 1 s"
    assert kernel.alive
    assert kernel.run("1", LIMITS).trouble is None


def test_only_its_folders_can_be_written(kernel, tmp_path):
    source = "import os\nprint(*[p for p in ('/', '/usr', os.environ['HOME'], '.', '/tmp') if os.access(p, os.W_OK)])"
    home = str(kernel.home)
    assert kernel.run(source, LIMITS).outputs[0].text.split() == [home, ".", "/tmp"]


def test_the_graders_wish_to_bind_threads_does_not_reach_where_none_can_be_bound(monkeypatch, tmp_path):
    monkeypatch.setenv("OMP_PROC_BIND", "true")
    monkeypatch.setenv("OMP_SCHEDULE", "static")
    with Kernel(tmp_path, CAPS) as kernel:
        kernel.start()
        ran = kernel.run("import os\nprint([name for name in os.environ if name.startswith('OMP_')])", LIMITS)
    assert "OMP_SCHEDULE" in ran.outputs[0].text
    assert "OMP_PROC_BIND" not in ran.outputs[0].text


def test_a_kernel_that_does_not_come_up_is_an_error_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr("scalelab.course.kernel.process._LAUNCH", "import sys; sys.exit(3)")
    with Kernel(tmp_path, CAPS) as kernel:
        with pytest.raises(RuntimeError):
            kernel.start()
        assert isinstance(kernel.process, KernelProcess)
    assert not kernel.home.exists()
