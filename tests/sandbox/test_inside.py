"""What a program within the walls is, sees and may do, by its own report; whoever started it."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest

PROBE = Path(__file__).with_name("probe.py")
START = """
import os, subprocess, sys
from pathlib import Path
from scalelab.sandbox import Caps, SandboxSpec, wrap_command
from scalelab.launch.command import python
out, data, probe = map(Path, sys.argv[1:])
caps = Caps(processes=40, file_mb=7, open_files=64, tmp_mb=5)
command = wrap_command(SandboxSpec([data, probe], [out], caps), [python(), str(probe), str(out), str(data)])
sys.exit(subprocess.run(command, env={"LANG": "C.UTF-8"}).returncode)
"""


@pytest.fixture(scope="session")
def room():
    """Folders that an ordinary user can get at, pytest's own are closed to him; and not in /tmp, which it has too."""
    place = Path(tempfile.mkdtemp(prefix="scalelab-probe-", dir="/var/tmp"))
    place.chmod(0o755)
    (place / "secret").write_text("the test images")
    (place / "data").mkdir()
    (place / "data" / "image").write_text("an image")
    shutil.copy(PROBE, place / "probe.py")
    yield place
    shutil.rmtree(place)


@pytest.fixture(scope="session")
def seen(python_by, room, request):
    out = room / "out"
    out.mkdir()
    out.chmod(0o777)
    done = python_by(START, out, room / "data", room / "probe.py", env=os.environ | {"SECRET": "the instructor's own"})
    shutil.rmtree(out)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_it_is_nobody_and_has_no_rights_to_regain(seen):
    assert seen["users"] == [65534]
    assert seen["capabilities"] == [0]
    assert not seen["gains privileges"]
    assert not seen["new namespace"]


def test_it_shares_no_namespace_with_the_machine_but_the_clock(seen):
    ours = {str(link.readlink()) for link in Path("/proc/self/ns").iterdir()}
    assert {name.partition(":")[0] for name in ours & set(seen["namespaces"])} <= {"time", "time_for_children"}


def test_it_has_a_loopback_and_nothing_else_of_a_network(seen):
    assert seen["interfaces"] == ["lo"]
    assert seen["speaks to itself"]
    assert not seen["speaks to others"]


def test_it_sees_what_it_was_given_and_nothing_beside_it(seen, room):
    assert seen["beside"] == ["data", "out", "probe.py"]
    assert seen["reads"]
    leads_to_python = {part for place in (sys.prefix, sys.base_prefix) for part in Path(place).parts}
    assert set(seen["temporary files"]) <= leads_to_python
    assert "shadow" not in seen["etc"]
    assert seen["processes seen"] < 5
    assert "SECRET" not in seen["environment"]


def test_it_writes_to_its_folder_and_to_memory_of_its_own(seen, room):
    assert seen["writes"] == [str(room / "out"), "/tmp", "/dev/shm"]


def test_its_caps_hold(seen):
    assert 30 < seen["processes"] < 40
    assert 55 < seen["open files"] < 64
    assert seen["MB in a file"] == 7
    assert 4 <= seen["MB in /tmp"] <= 5
    assert 4 <= seen["MB in /dev/shm"] <= 5
