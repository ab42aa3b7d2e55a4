"""What a person sees while commands run says what they are at, and is never raw output."""

import io
import sys

import pytest

from scalelab.install import progress, show
from scalelab.install.beside import beside
from scalelab.install.show import Screen

CARETS = """\
[ 35%] Building CXX object horovod/torch/CMakeFiles/pytorch.dir/Unity/unity_torch_cxx.cxx.o
In file included from mpi_ops_v2.cc:18:
mpi_ops_v2.cc:63: warning: unused variable 'x' [-Wunused-variable]
   63 |   auto x = 1;
      |        ^
      |            ^~~~
"""
EARLIER = "[ 99%] Building CXX object of_an_earlier_command.o\n"


@pytest.mark.parametrize(
    ("output", "words"),
    [
        (CARETS, "35 %, compiling torch"),
        ("[ 61%] Building CXX object third_party/gloo/gloo/CMakeFiles/gloo.dir/allreduce_local.cc.o\n",
         "61 %, compiling allreduce_local"),
        ("[ 21%] Building CXX object third_party/gloo/gloo/CMakeFiles/gloo.dir/Unity/unity_0_cxx.cxx.o\n",
         "21 %, compiling gloo"),
        ("[100%] Linking CXX shared library mpi_lib_v2.so\n", "100 %, linking"),
        ("-- Detecting CXX compile features - done\n", "0 %, looking at the compiler and torch"),
        ("Collecting torch==2.13.0 (from -c requirements.lock)\n  Using cached\nWARNING: Location 'x' is ignored\n",
         "looking for torch"),
        ("Downloading torch-2.13.0-cp311-cp311-manylinux_2_28_x86_64.whl (200.1 MB)\n   ━━━━━━━ 0.1/200.1 MB\n",
         "fetching torch 2.13.0 (200.1 MB)"),
        ("Installing collected packages: mpmath, sympy, torch\n  Attempting uninstall: setuptools\n"
         "    Successfully uninstalled setuptools-65.5.0\n", "installing 3 packages"),
        ("[100%] Built target pytorch\nadding 'horovod/torch/mpi_lib_v2.so'\n", "copying files"),
        ("", "at work"),
        ("anything else\n", "at work"),
    ],
)  # fmt: skip
def test_output_becomes_a_few_words(tmp_path, output, words):
    log = tmp_path / "log"
    log.write_text(EARLIER + output)
    assert progress.now_at(log, len(EARLIER)) == words


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.mark.parametrize("stream", [Terminal, io.StringIO], ids=["on a terminal", "piped"])
def test_no_raw_line_reaches_the_person(tmp_path, monkeypatch, stream):
    monkeypatch.setattr(show, "SPEAK_EVERY_S", 0.1)
    monkeypatch.setattr(show, "LOOK_EVERY_S", 0.05)
    seen = stream()
    screen = Screen(tmp_path / "log", seen)
    says = f"import time; print({CARETS!r}, flush=True); time.sleep(1)"
    with screen.step("[4/4] Horovod"):
        screen.run([sys.executable, "-c", says])
    assert "35 %, compiling torch" in seen.getvalue()
    assert "^~~~" not in seen.getvalue()
    assert "warning" not in seen.getvalue()


def test_what_runs_beside_is_shown_in_the_same_line(tmp_path, monkeypatch):
    monkeypatch.setattr(show, "SPEAK_EVERY_S", 0.1)
    seen = io.StringIO()
    screen = Screen(tmp_path / "log", seen)
    says = "import time; print('[ 35%] Building CXX object a.cc.o', flush=True); time.sleep(1)"
    with screen.step("[3/4] The rest"), beside(screen, "Horovod", lambda own: own.run([sys.executable, "-c", says])):
        screen.run([sys.executable, "-c", "import time; print('Collecting numpy', flush=True); time.sleep(1)"])
    assert "looking for numpy; Horovod: 35 %, compiling a" in seen.getvalue()


def test_a_fault_of_what_runs_beside_is_raised_where_it_is_waited_for(tmp_path):
    def fails(_):
        raise ValueError("no compiler")

    with pytest.raises(ValueError, match="no compiler"), beside(Screen(tmp_path / "log"), "Horovod", fails):
        pass


def test_what_runs_beside_ends_with_what_it_runs_beside(tmp_path):
    screen, ended = Screen(tmp_path / "log"), []

    def long(own):
        try:
            own.run([sys.executable, "-c", "import time; time.sleep(600)"])
        finally:
            ended.append(True)

    with pytest.raises(KeyboardInterrupt), beside(screen, "Horovod", long):
        raise KeyboardInterrupt
    assert ended
