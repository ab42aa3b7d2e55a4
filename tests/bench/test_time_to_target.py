"""Time to the targets is counted to the first of two checkpoints that meet both, on the scripts as they are."""

import json
from pathlib import Path

import pytest

BENCH = Path(__file__).parents[2] / "bench"
STORED = json.loads((BENCH / "results" / "time_to_target.json").read_text())


@pytest.fixture
def bench(load_bench):
    return load_bench("time_to_target")


def run(bench, name, seed, *accuracies):
    checkpoints = [bench.Checkpoint(10.0 * place, *both) for place, both in enumerate(accuracies, start=1)]
    return bench.Run(name, seed, checkpoints)


def test_both_targets_must_be_met_twice_in_a_row(bench):
    one = run(bench, "any", 0, (0.8, 0.7), (0.9, 0.6), (0.8, 0.7), (0.8, 0.71), (0.5, 0.5))
    assert one.to_target(0.8, 0.7) == 30
    assert one.to_target(0.85, 0.7) is None


def test_a_contestant_that_never_gets_there_has_a_ratio_at_least(bench):
    runs = bench.Runs({}, "", 0.8, 0.7, [
        run(bench, bench.REFERENCE.name, 0, (0.8, 0.7), (0.8, 0.7)),
        run(bench, bench.ALONE.name, 0, (0.1, 0.1), (0.8, 0.7), (0.8, 0.7)),
        run(bench, bench.SERIAL.name, 0, (0.1, 0.1), (0.2, 0.3), (0.3, 0.4)),
    ])  # fmt: skip
    lines = bench.table(runs).splitlines()
    assert lines[2] == "| solution, two workers | 1 of 1 | 10 (10 to 10) | 1.00 (1.00 to 1.00) |"
    assert lines[3] == "| solution, one worker | 1 of 1 | 20 (20 to 20) | 2.00 (2.00 to 2.00) |"
    assert lines[4].endswith("| 0 of 1 | not in 30, where it had 0.300 and 0.400 | more than 3.0 |")


def test_what_is_stored_was_measured_on_the_scripts_as_they_are(bench):
    assert STORED["graded"] == bench.digest_of_what_is_graded()
