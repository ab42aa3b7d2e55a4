"""The day on a GPU, rehearsed on the CPU: every part runs, one that fails costs itself, and nothing is done twice."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from scalelab.data import load, write_cifar10

BENCH = Path(__file__).parents[2] / "bench"
RESULTS = BENCH / "results"
WORDS = [sys.executable, "-c"]


@pytest.fixture
def gpu(monkeypatch):
    """The modules of bench/gpu, by name."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(BENCH / "gpu")
    yield importlib.import_module
    for name in set(sys.modules) - before:  # `paths` and others have names that are anybody's
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(BENCH)):
            del sys.modules[name]


@pytest.fixture
def day(gpu, tmp_path):
    """Runs small programs as if they were parts; gives the store and what was said."""

    def run(programs: dict[str, str], minutes: float = 1.0, **options):
        usual = {"seconds": 0.1, "most": 30.0}
        parts = [gpu("parts").Part(name, name, **usual | options.get(name, {})) for name in programs]
        store, said = gpu("store").Store(tmp_path / "out"), []
        (tmp_path / "work").mkdir(exist_ok=True)
        command = lambda part, figures, seconds: [*WORDS, programs[part.name], str(figures)]  # noqa: E731
        the_day = gpu("day").Day(store, tmp_path / "work", minutes, command)
        the_day.run([part for part in parts if not the_day.done(part.name)], said.append)
        return store, said

    return run


def test_a_part_that_crashes_is_stored_with_its_last_words_and_the_next_one_runs(day):
    store, _ = day({"crashes": "raise SystemExit('the cable is loose')", "runs": ""})
    assert store.records["crashes"].outcome == "failed"
    assert "the cable is loose" in store.records["crashes"].reason
    assert store.records["runs"].outcome == "done"


def test_a_part_that_hangs_is_ended_with_what_it_started_and_keeps_its_figures(day, tmp_path):
    hangs = f"""
import json, subprocess, sys, time
open(sys.argv[1], "w").write(json.dumps(dict(first=1)))
open({str(tmp_path / "child")!r}, "w").write(str(subprocess.Popen(["sleep", "600"]).pid))
time.sleep(600)
"""
    store, _ = day({"hangs": hangs, "runs": ""}, hangs={"most": 1.5})
    assert "ended after" in store.records["hangs"].reason
    assert store.records["hangs"].figures == {"first": 1}
    assert store.records["runs"].outcome == "done"
    child = Path(f"/proc/{(tmp_path / 'child').read_text()}/status")
    assert not child.exists() or "(zombie)" in child.read_text()


def test_what_does_not_fit_into_the_time_left_is_left_with_a_sentence(day):
    store, _ = day({"late": ""}, minutes=0.0)
    assert store.records["late"].outcome == "no time"
    assert store.records["late"].reason.endswith("0 s were left.")


def test_a_part_waits_for_one_in_the_background_and_others_do_not(day):
    store, said = day(
        {"builds": "import time; time.sleep(1)", "uses": "", "other": ""},
        builds={"background": True}, uses={"needs": ("builds",)},
    )  # fmt: skip
    ended = [line.split(":")[0] for line in said if "done" in line]
    assert ended == ["other", "builds", "uses"]


def test_what_needs_a_part_that_failed_says_so(day):
    store, _ = day({"builds": "raise SystemExit(1)", "uses": ""}, uses={"needs": ("builds",)})
    assert store.records["uses"].reason == "It needs builds, which is not done."


def test_what_is_done_is_not_done_again_and_what_failed_is(day, tmp_path):
    counts = f"open({str(tmp_path / 'count')!r}, 'a').write('x')"
    for _ in range(2):
        day({"counts": counts, "fails": f"{counts}; raise SystemExit(1)"})
    assert (tmp_path / "count").read_text() == "xxx"


def test_on_another_machine_what_prepares_it_is_done_anew(day, tmp_path):
    day({"set_up": "", "other": ""})
    store, said = day({"set_up": "", "other": ""})
    assert [line for line in said if "set_up: done" in line]
    assert not [line for line in said if "other" in line]


def test_a_table_is_written_of_a_gpu_alone(gpu, tmp_path):
    record, store = gpu("store").Record, gpu("store").Store(tmp_path)
    store.keep("set_up", record("done", figures={"cores": 2}))
    store.write_table()
    assert not (tmp_path / "gpu_day.md").exists()
    store.keep("set_up", record("done", figures={"gpu": "a GPU", "ms": {"median": 1.0, "least": 0.5, "most": 2.0}}))
    store.write_table()
    assert "ms 1 (0.5 to 2)" in (tmp_path / "gpu_day.md").read_text()


def test_images_that_travel_as_jpeg_are_close_to_what_they_were(gpu):
    images = gpu("images")
    before = load("standin").train.images[:30].numpy()
    after = images.images_of(images.sheet(before))[:30]
    assert ((after.astype(float) - before) ** 2).mean() ** 0.5 < 8


def test_a_target_is_two_deviations_below_the_mean_in_steps(gpu):
    assert gpu("rubric_targets").target([0.80, 0.80, 0.80]) == 0.8
    assert gpu("rubric_targets").target([0.79, 0.80, 0.81]) == 0.78


@pytest.fixture(scope="module")
def few_images(tmp_path_factory):
    """Of CIFAR-10 or the stand-in: enough for the assessment's script."""
    data, folder = load("standin"), tmp_path_factory.mktemp("images")
    write_cifar10(folder, data.train.take(torch.arange(700)), data.test.take(torch.arange(100)), data.classes)
    return folder


@pytest.mark.slow
@pytest.mark.ranks
def test_the_whole_day_runs_in_small_and_a_second_start_does_nothing(tmp_path, few_images):
    before = sorted((path.name, path.stat().st_mtime_ns) for path in RESULTS.iterdir())
    out, environment = tmp_path / "out", os.environ | {"SCALELAB_DATA": str(few_images), "CUDA_VISIBLE_DEVICES": ""}
    words = [sys.executable, BENCH / "gpu_day.py", "--tiny", "--out", out, "--work", tmp_path / "work"]
    subprocess.run(words, env=environment, check=True, timeout=300)
    records = json.loads((out / "gpu_day.json").read_text())["parts"]
    assert {name: record["reason"] for name, record in records.items() if record["outcome"] != "done"} == {}
    assert set(records) == {path.stem for path in (BENCH / "gpu").glob("*.py") if "run(measure)" in path.read_text()}
    assert not (out / "gpu_day.md").exists()
    again = subprocess.run(words, env=environment, check=True, timeout=60, capture_output=True, text=True)
    assert again.stdout == ""
    assert sorted((path.name, path.stat().st_mtime_ns) for path in RESULTS.iterdir()) == before


def test_a_rehearsal_has_no_place_among_the_results():
    words = [sys.executable, BENCH / "gpu_day.py", "--tiny", "--out", RESULTS]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert "folder of its own" in done.stderr
