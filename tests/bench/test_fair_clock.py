"""No verdict is luck: beside load that comes and goes the solution passes or is told that the machine was busy."""

import json
from pathlib import Path

import pytest

STORED = json.loads((Path(__file__).parents[2] / "bench" / "results" / "fair_clock.json").read_text())["rows"]


@pytest.fixture
def bench(load_bench):
    return load_bench("fair_clock")


def test_what_is_stored_has_no_solution_that_failed_and_no_single_worker_that_passed():
    assert {row["verdict"] for row in STORED if row["workers"] == 2} <= {"passed", "busy"}
    assert {row["verdict"] for row in STORED if row["workers"] == 1} <= {"not passed", "busy"}


def test_a_pass_was_in_time_by_both_counts():
    passed = [row for row in STORED if row["verdict"] == "passed"]
    assert passed
    assert all(row["seconds"] <= row["at_most"] <= row["budget"] for row in passed)


def test_the_table_has_a_line_for_each_number_of_workers(bench):
    rows = [
        bench.Graded(workers=2, seed=0, verdict="passed", runs=1, budget=50.0, seconds=30.0, at_most=40.0, wall=90.0),
        bench.Graded(workers=2, seed=1, verdict="busy"),
        bench.Graded(workers=1, seed=0, verdict="not passed", runs=1, budget=50.0, seconds=45.0, at_most=50.0),
    ]
    two, one = bench.table(rows).splitlines()[2:]
    assert two == "| solution, two workers | 1 | 0 | 1 | 60% (60% to 60%) | 80% (80% to 80%) |"
    assert one == "| solution, one worker | 0 | 1 | 0 | 90% (90% to 90%) | 100% (100% to 100%) |"
