"""The assessment's terms, as measured: what passes and what does not is a speed, and stands in bench/results/."""

import json
from pathlib import Path

import pytest

STORED = Path(__file__).parents[2] / "bench" / "results" / "assessment.json"


@pytest.fixture(scope="module")
def graded():
    """{contestant: results of its gradings}."""
    return json.loads(STORED.read_text())["results"]


def test_the_solution_passed_with_two_workers_whatever_the_seed(graded):
    assert len(graded["solution, two workers"]) >= 5
    assert all(result["passed"] for result in graded["solution, two workers"])


@pytest.mark.parametrize("contestant", ["solution, one worker", "script as handed out"])
def test_neither_a_single_worker_nor_the_script_as_handed_out_passed(graded, contestant):
    assert [result["passed"] for result in graded[contestant]] == [False] * len(graded[contestant]) != []
