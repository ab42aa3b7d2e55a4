"""What a notebook shows of figures and runs."""

import nbformat
from bs4 import BeautifulSoup
from IPython.core.formatters import DisplayFormatter
from nbconvert import HTMLExporter

from scalelab.figures.figure import new_figure, show
from scalelab.launch.launch import Outcome
from scalelab.launch.output import Output


def displayed(monkeypatch, *words):
    """What `show` hands to the notebook: (mime types, HTML)."""
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    show(new_figure()[0], *words)
    (one,) = shown
    return one.data


def test_the_words_for_who_cannot_see_it_arrive_in_the_page(monkeypatch):
    html = displayed(monkeypatch, 'A line "rises" & falls < 3.', "What you see.")
    output = nbformat.v4.new_output("display_data", {"text/html": html})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", outputs=[output])])
    page, _ = HTMLExporter().from_notebook_node(notebook)
    parsed = BeautifulSoup(page, "html.parser")
    assert [picture["alt"] for picture in parsed.find_all("img")] == ['A line "rises" & falls < 3.']
    assert [words.text for words in parsed.find_all("em")] == ["What you see."]


def test_a_figure_without_a_caption_has_none(monkeypatch):
    assert "<p" not in displayed(monkeypatch, "A line.")


def test_a_cell_that_ends_with_a_run_of_ranks_shows_nothing_more():
    assert DisplayFormatter().format(Outcome("finished", "All 2 ranks finished.", 1.0, Output())) == ({}, {})
