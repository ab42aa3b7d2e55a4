"""What is exchanged and how long stages take, as pictures that say their numbers."""

import numpy as np
import pytest

from scalelab.figures import png
from scalelab.figures.encoding import in_bytes
from scalelab.figures.lab2.training_step import draw_exchange, draw_parts, draw_stages
from scalelab.models import build
from scalelab.parallel.collectives.traffic import exchanged_bytes, parts
from scalelab.train.stages import STAGES, StageTimes


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0 B"), (4, "4 B"), (999, "999 B"), (1200, "1.2 kB"), (1_000_000, "1 MB"), (2.5e9, "2.5 GB"), (7e12, "7 TB")],
)
def test_bytes_are_said_in_powers_of_a_thousand(number, words):
    assert in_bytes(number) == words


def test_the_crossing_is_marked_where_weights_are_activations_times_batch(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    batch_sizes = [1, 8, 64, 512]
    sent = [exchanged_bytes(6400, 100, batch_size, workers=2) for batch_size in batch_sizes]
    figure = draw_exchange(batch_sizes, sent, prediction="crossing")
    axes = figure.axes[0]
    data, model = (line.get_ydata() for line in axes.lines[:2])
    assert len(set(data)) == 1
    assert data[2] == model[2]
    assert any("equal at 64 images" in text.get_text() for text in axes.texts)
    assert png(figure).startswith(b"\x89PNG")


def test_parts_are_drawn_in_their_order():
    found = parts(build("resnet-8", in_channels=1), (1, 28, 28))
    figure = draw_parts(found)
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [part.name for part in found]
    assert png(figure).startswith(b"\x89PNG")


def test_stages_follow_one_another_and_fill_the_step():
    seconds = np.abs(np.random.default_rng(0).normal(0.01, 0.002, (9, len(STAGES))))
    times = [StageTimes(16, seconds), StageTimes(128, 4 * seconds)]
    figure = draw_stages(times)
    bars = [bar for bar in figure.axes[0].patches if bar.get_width()]
    ends = [bar.get_x() + bar.get_width() for bar in bars]
    assert ends[:-1] == pytest.approx([bar.get_x() for bar in bars[1:]])
    assert ends[-1] == pytest.approx(times[0].medians.sum() / 16 * 1e6)
    assert png(figure).startswith(b"\x89PNG")
