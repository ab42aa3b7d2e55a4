"""A rank that is forked from the server does as one that is started by Python itself."""

import json
import os
import shlex
import signal
import subprocess
from pathlib import Path

import psutil
import pytest

from harness.patience import waited
from harness.warm.serving import RANK, environment, serving
from scalelab.launch import launch
from scalelab.launch.launch import Limits

pytestmark = pytest.mark.ranks

TELLS = """
import inspect, json, os, sys
import torch
import horovod.torch as hvd

hvd.init()
torch.manual_seed(hvd.rank())
mean = hvd.allreduce(torch.rand(3), name="mean")
names = ("HOROVOD_RANK", "HOROVOD_SIZE", "OMP_NUM_THREADS", "ASKED_FOR")
told = dict(
    words=sys.argv, name=__name__, file=__file__, folder=os.getcwd(), way=sys.path[0], mean=mean.tolist(),
    environment={name: os.environ.get(name) for name in names}, threads=torch.get_num_threads(),
    source=inspect.getsource(sys.modules["__main__"])[:20], main=sys.modules["__main__"].__dict__ is globals(),
    torch=torch.initial_seed(), files=sorted(os.listdir("/proc/self/fd"))[:3], input=sys.stdin.read(),
    session=os.getsid(0) != os.getppid(), encodings=[sys.stdout.encoding, sys.stderr.errors],
)
if hvd.rank() == 1:
    print(json.dumps(told))
"""
ENDS = {
    "error": "def f():\n    raise ValueError('mine')\nf()",
    "error of two": "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise KeyError('x') from error",
    "exit": "import sys\nsys.exit(7)",
    "exit with words": "import sys\nsys.exit('no more')",
    "os._exit": "import os\nos._exit(3)",
    "signal": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "segmentation fault": "import ctypes\nctypes.string_at(0)",
    "atexit": "import atexit\natexit.register(print, 'at the end')",
    "thread": "import threading\nthreading.Timer(0.2, print, ['in a thread']).start()",
    "not Python": "def f(:\n",
    "interrupt": "raise KeyboardInterrupt",
    "standard error": "import sys\nprint('first', file=sys.stderr)\nprint('then', end='')",
}


def test_it_sees_what_it_would_see(tmp_path, monkeypatch):
    script = tmp_path / "tells.py"
    script.write_text(TELLS)
    monkeypatch.setenv("ASKED_FOR", "yes")
    told = [_told(script, tmp_path)]
    monkeypatch.delenv(RANK)
    told.append(_told(script, tmp_path))
    assert told[0] == told[1]
    assert told[0]["words"] == [str(script), "--word", "a b"]


EACH_TIME = {"error", "exit", "signal", "thread"}


IN_TURN = [pytest.mark.slow, pytest.mark.one_in(4)]


@pytest.mark.parametrize("how", [pytest.param(how, marks=[] if how in EACH_TIME else IN_TURN) for how in ENDS])
def test_it_ends_as_it_would_end(tmp_path, monkeypatch, how):
    script = tmp_path / "ends.py"
    script.write_text(ENDS[how])
    warm = _ended(script, tmp_path)
    monkeypatch.delenv(RANK)
    assert warm == _ended(script, tmp_path)


@pytest.mark.slow
def test_no_two_ranks_draw_the_same_numbers(tmp_path):
    script = tmp_path / "draws.py"
    script.write_text("import random\nimport numpy as np\nprint(random.random(), np.random.rand())")
    drawn = [line for _ in range(2) for rank in (0, 1) for line in _run(script, tmp_path).output.of(rank, "stdout")]
    assert len(set(drawn)) == 4


def test_it_is_killed_with_its_job(tmp_path):
    script = tmp_path / "sleeps.py"
    script.write_text("import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)")
    outcome = _run(script, tmp_path, 1, Limits(seconds=5))
    assert outcome.ended == "timeout"
    (number,) = outcome.output.of(0, "stdout")
    assert waited(lambda: not Path("/proc", number).exists())


@pytest.mark.slow
def test_one_that_ends_as_its_rank_is_killed_does_not_take_the_server_along(tmp_path):
    script = tmp_path / "waits.py"
    script.write_text(
        "import os, sys, time\nprint(os.getpid(), os.getppid(), flush=True)\ntime.sleep(float(sys.argv[1]))"
    )
    address = tmp_path / "ranks"
    rank = [*shlex.split(environment(address)[RANK]), script]
    with serving(address) as server:
        assert waited(address.exists)
        with subprocess.Popen([*rank, "600"], stdout=subprocess.PIPE, text=True) as waiting:
            child = int(waiting.stdout.readline().split()[0])
            server.send_signal(signal.SIGSTOP)
            assert waited(lambda: psutil.Process(server.pid).status() == psutil.STATUS_STOPPED)
            os.kill(child, signal.SIGKILL)
            waiting.kill()
        assert waited(lambda: psutil.Process(child).status() == psutil.STATUS_ZOMBIE)
        server.send_signal(signal.SIGCONT)
        next_one = subprocess.run([*rank, "0"], stdout=subprocess.PIPE, text=True, check=True, timeout=600)
        assert next_one.stdout.split()[1] == str(server.pid)


def _run(script, folder, workers=2, limits=Limits(seconds=600)):  # noqa: B008
    return launch(script, ["--word", "a b"], workers, folder=folder, limits=limits)


def _told(script, folder):
    (line,) = _run(script, folder).output.of(1, "stdout")
    return json.loads(line)


def _ended(script, folder):
    outcome = _run(script, folder, workers=1)  # of two, one would be ended at this point or that
    shown = {stream: outcome.output.of(0, stream) for stream in ("stdout", "stderr")}
    return outcome.ended, outcome.reason.partition(" after ")[0], shown
