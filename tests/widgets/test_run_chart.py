"""What a busy cell shows of a run that reports: a bar, the latest report, the time left, a chart drawn anew."""

import pytest
from bs4 import BeautifulSoup

from scalelab.train import Row, RunRecord
from scalelab.train.record import RecordReader
from scalelab.widgets import run_chart as reported
from scalelab.widgets.run_chart import InCell


class Cell:
    """In place of IPython's `display`: all that has stood in the cell, the latest last."""

    def __init__(self):
        self.stood = []

    def __call__(self, html, display_id):
        assert display_id
        self.update(html)
        return self

    def update(self, html):
        self.stood.append(BeautifulSoup(html.data, "html.parser"))

    @property
    def words(self):
        return self.stood[-1].text

    @property
    def bar(self):
        return self.stood[-1].progress

    @property
    def chart(self):
        return self.stood[-1].img


@pytest.fixture
def cell(monkeypatch):
    """The output of a cell in a notebook."""
    cell = Cell()
    monkeypatch.setattr(reported, "get_ipython", lambda: "a kernel's")
    monkeypatch.setattr(reported, "display", cell)
    return cell


@pytest.fixture
def epoch(tmp_path):
    """epoch(): the rows that are new after a script has reported one epoch more."""
    record, reader, count = RunRecord(tmp_path), RecordReader(tmp_path), 0

    def report():
        nonlocal count
        count += 1
        record.write(images=100 * count, epoch=count, loss=1 / count, train_accuracy=0.2 * count)
        return reader.new_rows()

    return report


def at(seconds: float, epoch: float) -> Row:
    return Row(seconds=seconds, epoch=epoch, images=1, images_per_second=1.0, loss=1.0)


def test_before_the_first_report_the_bar_stands_nowhere(cell):
    InCell(epochs=4)
    assert (cell.bar["max"], cell.bar.get("value")) == ("4", None)


def test_each_report_moves_the_bar_and_draws_the_chart_anew(cell, epoch):
    shown = InCell(epochs=4)
    shown.show(epoch())
    assert (cell.bar["max"], cell.bar["value"], cell.chart) == ("4", "1", None)  # one point is no line
    assert "epoch 1  loss 1.000  training 0.200" in cell.words
    charts = set()
    for value in ("2", "3", "4"):
        shown.show(epoch())
        assert cell.bar["value"] == value
        assert cell.chart["alt"].startswith(f"Reported so far: epoch {value}")
        charts.add(cell.chart["src"])
    assert len(charts) == 3


def test_where_nothing_is_new_nothing_is_drawn(cell, epoch):
    shown = InCell(epochs=4)
    shown.show(epoch())
    before = len(cell.stood)
    shown.show([])
    assert len(cell.stood) == before


def test_at_the_end_the_bar_is_full_and_the_chart_stays(cell, epoch):
    shown = InCell(epochs=2)
    shown.show([*epoch(), *epoch()])
    shown.end()
    assert cell.bar["value"] == cell.bar["max"] == "2"
    assert cell.chart["alt"].startswith("Reported so far: epoch 2  loss 0.500  training 0.400")
    assert "left" not in cell.words


def test_a_run_that_ends_early_stays_where_it_was_and_has_no_time_left(cell):
    shown = InCell(epochs=4)
    shown.show([at(10, 1), at(20, 2)])
    assert cell.words.endswith("about 20 s left")
    shown.end()
    assert cell.bar["value"] == "2"
    assert "left" not in cell.words


def test_the_time_left_goes_by_the_pace_also_of_a_run_that_was_resumed(cell):
    shown = InCell(epochs=12)
    shown.show([at(30, 3)])
    assert cell.words.endswith("about 90 s left")
    resumed = InCell(epochs=12)
    resumed.show([at(10, 9), at(20, 10)])
    assert cell.words.endswith("about 20 s left")


def test_a_script_that_reports_nothing_leaves_nothing(cell):
    InCell(epochs=4).end()
    assert str(cell.stood[-1]) == ""


def test_without_a_number_of_epochs_there_is_no_bar(cell, epoch):
    InCell(epochs=0).show([*epoch(), *epoch()])
    assert cell.bar is None
    assert cell.chart


def test_outside_a_notebook_nothing_is_shown(monkeypatch, epoch):
    monkeypatch.setattr(reported, "display", None)
    shown = InCell(epochs=4)
    shown.show(epoch())
    shown.end()
