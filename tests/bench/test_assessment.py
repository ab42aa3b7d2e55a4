"""What is said of the assessment was measured on the scripts and the rubric that are handed out now."""

import importlib.util
import json
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
STORED = json.loads((BENCH / "results" / "assessment.json").read_text())


@pytest.fixture
def assessment(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    spec = importlib.util.spec_from_file_location("bench_assessment", BENCH / "assessment.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    return module


def test_the_figures_are_of_the_scripts_and_the_rubric_as_they_are(assessment):
    assert STORED["graded"] == assessment.digest_of_what_is_graded(), "measure it again: python bench/assessment.py"


def test_the_reference_solution_passes_with_every_seed_and_nothing_else_does():
    reference, *others = STORED["results"].values()
    assert len(reference) >= 8
    assert all(result["passed"] for result in reference)
    assert not any(result["passed"] for graded in others for result in graded)
