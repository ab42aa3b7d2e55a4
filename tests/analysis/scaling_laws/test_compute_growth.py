"""The table of systems is whole, growth and power laws are recovered, published formulas give their papers' values."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scalelab.analysis.scaling_laws.compute_growth import (
    ACCELERATORS,
    BESIROGLU,
    FLOP_FROM,
    HOFFMANN,
    days_needed,
    growth,
    kaplan_data,
    kaplan_parameters,
    power_law,
    read_systems,
    work,
)
from scalelab.errors import ScaleLabError

TABLE = Path(__file__).parents[3] / "labs/source/lab1_sgd/models_over_time.csv"
HEADER = "system,date,reads,parameters,data,unit,flop,flop_from,source\n"


def test_every_row_has_a_dated_source_and_positive_numbers():
    systems = read_systems(TABLE)
    assert 20 <= len(systems) == len({system.name for system in systems})
    for system in systems:
        assert any(str(year) in system.source for year in range(2012, 2027)), system
        assert 2012 <= system.year < 2026
        assert system.flop > 1e17
        assert system.flop_from in FLOP_FROM
        assert system.reads in ("images", "language")
        assert bool(system.unit) == (not math.isnan(system.data))


def test_what_is_counted_as_arithmetic_is_six_flop_for_each_working_parameter_and_token():
    with TABLE.open(newline="", encoding="utf-8") as file:
        counted = [row for row in csv.DictReader(file) if row["flop_from"] == "arithmetic"]
    assert counted
    for row in counted:
        marked = row["source"].partition("FLOP: 6 x ")[2].split(" ")[0]
        working = float(row["parameters"] if marked == "parameters" else marked)
        assert float(row["flop"]) == pytest.approx(6 * working * float(row["data"]), rel=0.01), row["system"]


def test_reported_compute_is_near_six_flop_for_each_parameter_and_token():
    named = {system.name: system for system in read_systems(TABLE)}
    for name in ("GPT-3", "Gopher", "Chinchilla", "Llama 3.1 405B"):
        system = named[name]
        assert system.flop == pytest.approx(6 * system.parameters * system.data, rel=0.3), name


def test_need_grows_faster_than_one_accelerator():
    systems = read_systems(TABLE)
    need = growth([system.year for system in systems], [system.flop for system in systems])
    speed = growth([device.year for device in ACCELERATORS], [device.peak for device in ACCELERATORS])
    assert need.interval[1] < speed.interval[0]
    assert all(device.peak >= device.fp32 > 0 for device in ACCELERATORS)


@given(st.floats(1, 60), st.floats(1, 1e20), st.lists(st.floats(2000, 2030), min_size=3, unique=True))
def test_growth_recovers_a_known_doubling_time(months, start, years):
    years = np.array([*years, 2000.0, 2030.5])
    found = growth(years, start * 2 ** ((years - 2010) * 12 / months))
    assert found.doubling_months == pytest.approx(months, rel=1e-6)
    assert found.at(2010 + months / 12) == pytest.approx(2 * start, rel=1e-5)
    assert found.a_year == pytest.approx(2 ** (12 / months), rel=1e-5)


def test_the_interval_holds_the_truth_about_as_often_as_it_should():
    years, inside = np.linspace(2012, 2025, 30), 0
    for seed in range(400):
        noise = np.random.default_rng(seed).normal(0, 3, len(years))
        low, high = growth(years, 2 ** (2 * (years - 2012) + noise)).interval
        inside += low < 6 < high
    assert 0.91 < inside / 400 < 0.98


@given(exponent=st.floats(-1.5, 0.5), factor=st.floats(1e-3, 1e3))
def test_power_law_recovers_its_exponent(exponent, factor):
    sizes = np.array([125, 500, 2000, 8000])
    found = power_law([sizes, sizes], [factor * sizes**exponent] * 2)
    assert found.exponent == pytest.approx(exponent, abs=1e-9)
    assert found.at(1000) == pytest.approx(factor * 1000**exponent)


def test_unpublished_numbers_are_left_out_of_a_fit():
    assert growth([1, 2, 3, 4], [2, math.nan, 8, 16]).doubling_months == pytest.approx(12)


def test_a_falling_value_has_no_upper_end_of_doubling():
    assert growth([1, 2, 3, 4], [8, 4.1, 2, 1]).interval[1] == math.inf


@pytest.mark.parametrize("values", [[1, 2], [1, 2, 0], [1, math.nan, 2]])
def test_too_few_or_not_positive_is_said(values):
    with pytest.raises(ScaleLabError):
        growth(range(len(values)), values)


def test_unequal_lengths_are_said():
    with pytest.raises(ScaleLabError, match="as many"):
        power_law([1, 2, 3], [1, 2])


def test_published_laws_give_their_papers_values():
    assert HOFFMANN(70e9, 1.4e12) == pytest.approx(1.94, abs=0.005)
    assert HOFFMANN(280e9, 300e9) == pytest.approx(1.993, abs=0.005)  # Gopher: worse for the same compute
    assert BESIROGLU(70e9, 1.4e12) == pytest.approx(1.974, abs=0.005)
    assert kaplan_parameters(8.8e13) == kaplan_data(5.4e13) == 1
    assert kaplan_parameters(1e10) / kaplan_parameters(1e9) == pytest.approx(10**-0.076)


@given(size=st.floats(1e6, 1e13), data=st.floats(1e8, 1e15))
def test_more_of_either_lowers_the_loss_but_not_below_the_floor(size, data):
    for law in (HOFFMANN, BESIROGLU):
        assert law(size, data) > law(2 * size, data) > law.floor
        assert law(size, data) > law(size, 2 * data) > law.floor


def test_gpt3_takes_one_h100_about_25_years():
    assert days_needed(3.14e23, 989e12) / 365.25 == pytest.approx(25.15, abs=0.05)


@given(devices=st.integers(1, 10_000), peak=st.floats(1e9, 1e16))
def test_days_and_work_undo_each_other(devices, peak):
    assert days_needed(devices * work(peak, 30), peak, devices) == pytest.approx(30)


@pytest.mark.parametrize("row", [
    "A,2020-13-01,images,1,1,images,1,reported,paper",
    "A,2020-01-01,images,-1,1,images,1,reported,paper",
    "A,2020-01-01,images,1,1,images,1,guessed,paper",
    "A,2020-01-01,images,1,1,images,1,reported,",
    "A,2020-01-01,images",
])  # fmt: skip
def test_a_row_that_is_not_whole_is_named(tmp_path, row):
    path = tmp_path / "table.csv"
    path.write_text(HEADER + row + "\n")
    with pytest.raises(ScaleLabError, match="correct that row"):
        read_systems(path)


def test_a_missing_table_is_said(tmp_path):
    with pytest.raises(ScaleLabError, match="nothing is there"):
        read_systems(tmp_path / "none.csv")
