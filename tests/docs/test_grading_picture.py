"""The moving picture of a grading: small, told in words too, ending in a pass, without a place of any machine."""

import importlib
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PICTURE = DOCS / "pictures" / "grading.svg"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def script(monkeypatch):
    """The script that makes it."""
    monkeypatch.syspath_prepend(str(DOCS))
    yield importlib.import_module("make_grading_picture")
    for name in ("make_grading_picture", "terminal_svg"):
        sys.modules.pop(name)


@pytest.fixture
def terminal_svg(script):
    return sys.modules["terminal_svg"]


def test_the_picture_is_small_and_whole():
    assert PICTURE.stat().st_size < 100_000
    picture = ElementTree.parse(PICTURE).getroot()
    drawn = {line.get("id") for line in picture.iter(f"{SVG}g")}
    used = {place.get("href").removeprefix("#") for place in picture.iter(f"{SVG}use")}
    assert used <= drawn


def test_it_says_in_words_that_the_solution_passes():
    picture = ElementTree.parse(PICTURE).getroot()
    assert picture.get("role") == "img"
    assert "scalelab grade" in picture.findtext(f"{SVG}title")
    assert "✓ passed" in picture.findtext(f"{SVG}desc")


def test_it_names_no_place_of_a_machine():
    text = "\n".join(ElementTree.parse(PICTURE).getroot().itertext())
    assert re.findall(r"(?<![\w.])/(?:home|root|tmp|work|usr|mnt|data)\b\S*", text) == []
    assert "runs/assessment-" in text


@pytest.fixture
def four(terminal_svg):
    """Screens of half a minute, the second of which is gone within a tenth of a second."""
    told = {0.0: "a <b>", 10.0: "gone", 10.1: "there   ✓", 30.0: "end"}
    return [terminal_svg.Frame(seconds, ((terminal_svg.Span(2, text),),)) for seconds, text in told.items()]


def test_a_drawing_leaves_out_only_what_nobody_would_see(terminal_svg, four):
    drawn = ElementTree.fromstring(terminal_svg.draw(four, 20, "A & B"))
    spans = [text.text.replace(terminal_svg.NO_BREAK, " ") for text in drawn.iter(f"{SVG}text")]
    assert [span for span in spans if "times as fast" not in span] == ["a <b>", "there   ✓", "end"]
    assert drawn.findtext(f"{SVG}desc") == "In the end it shows: end"


def test_every_screen_has_its_place_on_the_strip_and_its_time(terminal_svg, four):
    style = ElementTree.fromstring(terminal_svg.draw(four, 20, "A & B")).findtext(f"{SVG}style")
    moves = re.findall(r"([\d.]+)%{transform:translateY\((-?\d+)px\)}", style)
    whole = terminal_svg.SHOWN_SECONDS + terminal_svg.REST_SECONDS
    assert [float(percent) for percent, _ in moves] == pytest.approx(
        [0, 100 * 10.125 / 2.5 / whole, 100 * 12 / whole, 100], abs=0.01
    )
    assert [int(place) for _, place in moves] == [0, -36, -72, -72]


def test_a_recording_is_of_a_terminal_of_that_size(script, tmp_path):
    code = "import os, sys; print(os.get_terminal_size(), sys.stdout.isatty()); sys.exit(3)"
    said, ended = script.record([sys.executable, "-c", code], tmp_path, {})
    assert "".join(text for _, text in said) == "os.terminal_size(columns=100, lines=30) True\r\n"
    assert ended == 3
