"""What is said of the large-batch rubric was measured on the scripts that are there now, and the groups are apart."""

import json

import msgspec
import pytest


@pytest.fixture
def bench(load_bench):
    return load_bench("large_batch_assessment")


def test_the_figures_are_of_the_scripts_as_they_are(bench):
    kept = json.loads((bench.RESULTS / "large_batch_assessment.json").read_text())["runs"]
    assert len(bench.stored()) == len(kept) > 0, "measure it again: python bench/large_batch_assessment.py"


def test_the_solution_passes_with_every_seed_and_sgd_at_that_batch_with_none(bench):
    solution, *others = (bench.runs_of(name, bench.stored()) for name in bench.CONTESTANTS)
    assert all(bench.passes(run) for run in solution)
    assert not any(bench.passes(run) for of_one in others for run in of_one)


def test_each_edit_still_finds_its_place_in_the_solution(bench):
    scripts = {bench.script(name) for name in bench.CONTESTANTS}
    assert len(scripts) == len(bench.CONTESTANTS)


def test_runs_of_other_scripts_are_not_gone_on_with(bench, monkeypatch, tmp_path):
    monkeypatch.setattr(bench, "RESULTS", tmp_path)
    assert bench.stored() == []
    name = "SGD, linear scaling"
    run = bench.Graded(name, bench.digest_of_what_is_graded(name), 0, 0.5, 0.4, "All 2 ranks finished.")
    another = msgspec.structs.replace(run, graded="another")
    measured = bench.Measured({}, [run, another])
    (tmp_path / "large_batch_assessment.json").write_bytes(msgspec.json.encode(measured))
    assert bench.stored() == [run]
