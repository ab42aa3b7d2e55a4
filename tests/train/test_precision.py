"""The number format of a machine: what the environment says, else what was measured here, once."""

import json

import pytest

from scalelab.errors import ScaleLabError
from scalelab.train import precision
from scalelab.train.precision import VARIABLE, WORTH, bfloat16_speedup, cpu_precision


@pytest.fixture(autouse=True)
def new_machine(monkeypatch, tmp_path):
    """One on which nothing has been measured, and whose processor counts how often it is."""
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    bfloat16_speedup.cache_clear()
    yield
    bfloat16_speedup.cache_clear()


@pytest.fixture
def measured(monkeypatch):
    """A function that says what the next measurement gives; it returns the list of those that were made."""

    def gives(speedup):
        made = []
        monkeypatch.setattr(precision, "_measure", lambda: made.append(speedup) or speedup)
        return made

    return gives


def test_the_environment_is_believed_before_anything_is_measured(monkeypatch, measured):
    made = measured(9.0)
    for told in ("bfloat16", "float32"):
        monkeypatch.setenv(VARIABLE, told)
        assert cpu_precision() == told
    assert not made


def test_a_third_format_is_refused_by_name(monkeypatch):
    monkeypatch.setenv(VARIABLE, "float16")
    with pytest.raises(ScaleLabError, match="SCALELAB_CPU_PRECISION is 'float16'; set it to one of bfloat16, float32"):
        cpu_precision()


@pytest.mark.parametrize(
    ("speedup", "chosen"), [(WORTH + 0.5, "bfloat16"), (WORTH - 0.01, "float32"), (0.02, "float32")]
)
def test_the_faster_one_is_chosen(measured, speedup, chosen):
    measured(speedup)
    assert cpu_precision() == chosen


def test_it_is_measured_once_for_all_processes(measured):
    made = measured(1.5)
    for _ in range(3):
        bfloat16_speedup.cache_clear()  # as a new process begins
        assert bfloat16_speedup() == 1.5
    assert made == [1.5]


def test_another_processor_is_measured_anew(monkeypatch, measured):
    made = measured(1.5)
    bfloat16_speedup()
    monkeypatch.setattr(precision, "cpuinfo", lambda: {"model name": "Another"})
    bfloat16_speedup.cache_clear()
    bfloat16_speedup()
    assert len(made) == 2


@pytest.mark.parametrize("text", ["", "{", "[]", json.dumps({"speed": 2}), json.dumps({"speedup": None})])
def test_half_a_file_is_measured_anew(tmp_path, measured, text):
    made = measured(1.5)
    bfloat16_speedup()
    [file] = (tmp_path / "scalelab").glob("*.json")
    file.write_text(text)
    bfloat16_speedup.cache_clear()
    assert bfloat16_speedup() == 1.5
    assert len(made) == 2


def test_where_nothing_can_be_kept_it_is_measured_all_the_same(monkeypatch, measured):
    measured(1.5)
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert bfloat16_speedup() == 1.5


def test_a_measurement_that_fails_leaves_float32(monkeypatch):
    monkeypatch.setattr(precision.sys, "executable", "/bin/false")
    assert cpu_precision() == "float32"


def test_the_measurement_itself_gives_a_ratio():
    assert 0 < bfloat16_speedup() < 20
