"""Scripts are told from data: all scripts at hand are taken, squeezed weights are found however they are written."""

import ast
import base64
import random
from pathlib import Path

import pytest

from scalelab.grade.run.information import MOST_INFORMATION, data_literal, information
from scalelab.models import build, count_weights

ROOT = Path(__file__).parents[3]
SCRIPTS = [*(ROOT / "assessment").rglob("*.py"), *(ROOT / "labs" / "source").rglob("*.py"),
           *(ROOT / "tests" / "grade" / "submissions").glob("*.py"),
           *(ROOT / "tests" / "check").rglob("*.py")]  # fmt: skip
NOISE = random.Random(1).randbytes(3000)
WORDS = ["loss", "step", "rank", "batch", "weight", "image", "epoch", "rate"]
PROSE = " ".join(random.Random(2).choices(WORDS, k=400)).capitalize()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_a_script_is_no_data(script):
    source = script.read_bytes()
    assert data_literal(ast.parse(source)) is None
    assert information(source) < MOST_INFORMATION


@pytest.mark.parametrize("literal", [
    repr(base64.b85encode(NOISE)), repr(base64.b64encode(NOISE).decode()), repr(base64.b32encode(NOISE).decode()),
    repr(NOISE), repr(NOISE.hex()), repr(NOISE.hex(" ", 4)), repr([*NOISE]), hex(int.from_bytes(NOISE)),
    repr(" ".join(map(str, NOISE))), repr([NOISE[at : at + 20] for at in range(0, 3000, 20)]),
    repr({at: base64.b85encode(NOISE[at : at + 20]).decode() for at in range(0, 3000, 20)}),
], ids=["b85", "b64", "b32", "bytes", "hex", "spaced", "numbers", "integer", "text", "pieces", "table"])  # fmt: skip
def test_squeezed_weights_are_data_however_they_are_written(literal):
    found = data_literal(ast.parse(f"first = 1\nweights = {literal}\n"))
    assert found is not None
    assert found.lineno == 2


@pytest.mark.parametrize("literal", [
    repr(PROSE), repr("Eine längere Erklärung auf Deutsch, mit Umlauten: größer, schöner, häufiger. " * 4),
    repr("每个进程有模型的一个副本和它自己的那部分图像，它们的梯度被平均，然后每个副本走同样的一步。" * 8),
    repr([*range(300)]),
    repr("Каждый процесс имеет копию модели и свою часть изображений, градиенты усредняются. " * 4),
    repr("https://example.org/" + "a/" * 60),
], ids=["English", "German", "Chinese", "numbers", "Russian", "address"])  # fmt: skip
def test_prose_in_any_language_and_short_tables_are_no_data(literal):
    assert data_literal(ast.parse(f"text = {literal}")) is None


def test_what_a_file_can_carry_is_less_than_a_quarter_of_a_bit_for_each_weight():
    weights = count_weights(build("small-resnet"))
    assert 8 * MOST_INFORMATION / weights < 0.25
