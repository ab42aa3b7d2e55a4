"""The command line: what is asked for is done, and what cannot be done ends in one sentence."""

import os
import subprocess
import sys

import pytest
import torch

from scalelab.data import read_cifar10


def scalelab(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "scalelab.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        stdin=subprocess.DEVNULL,
        env=os.environ | environment,
    )


def test_help_names_the_commands_without_loading_torch():
    script = "import sys; from scalelab.cli.main import commands; commands(['--help'], standalone_mode=False);"
    script += "assert 'torch' not in sys.modules and 'rich' not in sys.modules"
    help_ = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    for command in ("doctor", "data", "release", "run", "grade"):
        assert f"  {command} " in help_


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grade", "nothing.py"], "nothing.py does not exist; give the one Python file that is handed in."),
        (["grade", "."], ". is a folder; give the one Python file that is handed in."),
        (["grade", "x.py", "--device", "tpu"], "'tpu' is not one of 'cpu', 'gpu'"),
        (["grade", "x.py", "--workers", "0"], "0 is not in the range x>=1"),
        (["grade", "x.py", "--budget-seconds", "0"], "0.0 is not in the range x>0"),
        (["grade", "x.py", "--rubric", "none.toml"], "There is no rubric none.toml; name one with --rubric."),
        (["grade", __file__, "--data", "/nowhere"], "/nowhere"),
        (["run", "nothing.py"], "There is no script"),
        (["release", "--course", "nowhere"], "There is no nbgrader course in nowhere; it has nbgrader_config.py"),
        (["data", "mnist"], "'mnist' is not one of"),
        (["data", "standin"], "name a folder with --out"),
        (["fly"], "No such command 'fly'"),
    ],
)
def test_bad_input_gets_a_sentence_and_exit_code_2(tmp_path, monkeypatch, arguments, sentence):
    monkeypatch.chdir(tmp_path)
    done = scalelab(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_scalelab_itself_is_told_apart_and_is_no_grade(tmp_path):
    code = "import scalelab.grade.grade as g; g.grade = None; from scalelab.cli.main import main; "
    code += f"import sys; sys.argv = ['scalelab', 'grade', {__file__!r}]; main()"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=600, cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("scalelab: ScaleLab itself failed (TypeError")


def test_the_stand_in_is_written_in_cifar_10s_layout_and_stays_the_stand_in(tmp_path):
    done = scalelab("data", "standin", "--out", tmp_path / "images")
    assert done.returncode == 0, done.stderr
    written = read_cifar10(tmp_path / "images")
    assert written.source == "stand-in images"
    assert (len(written.train), len(written.test)) == (10_000, 2_000)
    assert written.train.labels.bincount().eq(1000).all()
    assert written.train.images.dtype == torch.uint8


@pytest.mark.slow
def test_release_lays_the_labs_keeps_what_was_changed_and_says_so(tmp_path):
    work = tmp_path / "work"
    first = scalelab("release", "--out", work)
    assert first.returncode == 0, first.stderr
    assert first.stdout.splitlines()[-1].endswith(f" laid into {work}.")
    notebooks = list(work.glob("*/*.ipynb"))
    assert notebooks
    notebooks[0].write_text("mine")
    again = scalelab("release", "--out", work)
    assert again.stdout == f"{work} is up to date.\n"
    assert notebooks[0].read_text() == "mine"


@pytest.mark.ranks
def test_run_starts_ranks_passes_the_arguments_on_and_tells_the_end(tmp_path):
    script = tmp_path / "hello.py"
    script.write_text("import sys, horovod.torch as hvd\nhvd.init()\nprint('rank', hvd.rank(), *sys.argv[1:])\n")
    done = scalelab("run", script, "--workers", "2", "--", "--epochs", "3")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert {"[0] rank 0 --epochs 3", "[1] rank 1 --epochs 3"} <= set(lines)
    assert lines[-1].startswith("All 2 ranks finished after")


@pytest.mark.ranks
def test_run_ends_at_its_time_limit_with_exit_code_1(tmp_path):
    script = tmp_path / "sleep.py"
    script.write_text("import time\ntime.sleep(600)\n")
    done = scalelab("run", script, "--timeout", "3")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "The time of 3 s was used up, and all ranks were ended."
