"""Ranks beside each other: who waited for whom is drawn, and said."""

import msgspec
import pytest

from scalelab.errors import ScaleLabError
from scalelab.experiments.step_profile import RankSteps, Watched, lanes
from scalelab.figures.figure import png
from scalelab.figures.lab2.rank_lanes import draw_lanes

STAGES = ["input", "forward", "backward", "exchange", "update"]
QUICK, LATE = [0.001, 0.002, 0.004, 0.025, 0.001], [0.021, 0.002, 0.004, 0.005, 0.001]


@pytest.fixture
def watched():
    """Rank 1's input takes 20 ms more; each step takes 33 ms."""
    began = [100.0, 100.033, 100.066]
    ranks = [RankSteps(began, [stages] * 3) for stages in (QUICK, LATE)]
    return Watched("resnet-8", 2, 16, 1, [400], STAGES, began, [QUICK] * 3, 0.0, ranks)


def test_whoever_is_ready_waits_for_the_last_one(watched):
    quick, late = lanes(watched, first=1, count=2)
    assert [step.awaited for step in quick] == [1, 1]
    assert quick[0].wait == pytest.approx((0.007, 0.027))
    assert quick[1].wait == pytest.approx((0.04, 0.06))
    assert [step.wait for step in late] == [None, None]


def test_a_wait_ends_with_the_exchange_at_the_latest(watched):
    shorter = [0.001, 0.002, 0.004, 0.01, 0.001]
    ranks = [msgspec.structs.replace(watched.ranks[0], seconds=[shorter] * 3), watched.ranks[1]]
    quick, _ = lanes(msgspec.structs.replace(watched, ranks=ranks), first=0, count=1)
    assert quick[0].wait == pytest.approx((0.007, 0.017))


def test_a_run_that_kept_rank_0_alone_is_told_so(watched):
    with pytest.raises(ScaleLabError, match="run watch.py as it is now again"):
        lanes(msgspec.structs.replace(watched, ranks=[]), first=0, count=1)


def test_the_wait_says_for_whom(watched):
    figure = draw_lanes({"rank 1 is late": lanes(watched, first=0, count=2)})
    (axes,) = figure.axes
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("waits for rank 1") == 2
    assert "waits for rank 0" not in texts
    hatched = [bar for bar in axes.patches if bar.get_hatch() and bar.get_width() == pytest.approx(20)]
    assert len(hatched) >= 2
    assert png(figure)
