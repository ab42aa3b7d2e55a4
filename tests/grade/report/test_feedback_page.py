"""The feedback page stands alone, says what was measured, and runs nothing that a submission wrote."""

import msgspec
import pytest

from scalelab.check import Finding, Report
from scalelab.grade.report.feedback_page import POLICY, write_feedback
from scalelab.grade.result import Result, Run
from scalelab.train import Row

PASSED = Result(
    passed=True,
    score=100,
    reason="Training accuracy 0.750 and test accuracy 0.700 meet both targets.",
    train_accuracy=[0.75, 0.78],
    test_accuracy=[0.70, 0.72],
    train_target=0.72,
    test_target=0.67,
    seconds=60.0,
    budget_seconds=90.0,
    workers=2,
    device="cpu",
    dataset="stand-in images",
    model="small-resnet",
    checkpoints=["epoch-006.safetensors", "epoch-007.safetensors"],
    seed=0,
    sandbox="none",
    run="All 2 ranks finished after 61.0 s.",
)
REFUSED = Result(
    passed=False,
    score=0,
    reason="The file is empty.",
    train_target=0.72,
    test_target=0.67,
    workers=2,
    device="cpu",
    dataset="stand-in images",
    model="small-resnet",
    seed=0,
    sandbox="none",
)
ROWS = [
    Row(seconds=10.0 * k, epoch=k, images=1000 * k, images_per_second=100.0, loss=2.0, train_accuracy=0.1 * k)
    for k in range(1, 6)
]


@pytest.fixture
def page(tmp_path):
    def write(result, rows=()):
        write_feedback(result, list(rows), tmp_path / "feedback.html")
        assert [path.name for path in tmp_path.iterdir()] == ["feedback.html"]
        return (tmp_path / "feedback.html").read_text()

    return write


def test_it_says_the_verdict_the_reason_and_each_checkpoint(page):
    text = page(PASSED, ROWS)
    assert "✓ Passed" in text
    for words in (PASSED.reason, PASSED.run, "stand-in images", "training 0.780, test 0.720", "of 100"):
        assert words in text


def test_the_picture_is_told_in_words(page):
    words = (
        "Measured up to 60 s of 90 s, the worse of two checkpoints: training accuracy 0.750 against a target of 0.720, "
        "test accuracy 0.700"
    )
    assert f'aria-label="{words}' in page(PASSED, ROWS)


def test_a_refused_file_gets_a_page_too(page):
    text = page(REFUSED)
    assert "✗ Not passed" in text
    assert "The file is empty." in text


def test_what_a_submission_wrote_is_text_not_markup(page):
    text = page(msgspec.structs.replace(REFUSED, reason="<script>alert(1)</script>", run="<img src=x onerror=y>"))
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;script&gt;" in text


def test_it_needs_nothing_from_elsewhere(page):
    text = page(PASSED, ROWS)
    assert "<link" not in text
    assert 'src="' not in text


def test_a_browser_runs_and_fetches_nothing_of_it_whatever_gets_through(page):
    assert f'http-equiv="Content-Security-Policy" content="{POLICY}"' in page(PASSED, ROWS)
    assert POLICY.startswith("default-src 'none';")
    assert "script-src" not in POLICY


def test_reports_that_are_not_numbers_of_this_world_do_not_hurt(page):
    odd = [Row(seconds=1e300, epoch=1, images=1, images_per_second=1, loss=float("inf"), train_accuracy=-5.0)]
    assert "<svg" in page(PASSED, odd)


def test_the_findings_of_the_conversion_check_come_with_their_hints(page):
    finding = Finding(
        id="stalled", severity="error", rank=1, where="a.py, line 3", message="Rank 1 <waits>.", hint="Call it on all."
    )
    report = Report(converted=False, workers=2, steps=5, findings=[finding])
    text = page(msgspec.structs.replace(PASSED, conversion=report))
    assert "Not converted: 1 error, in 5 steps observed on 2 ranks." in text
    assert "error, a.py, line 3, rank 1" in text
    assert "Rank 1 &lt;waits&gt;." in text
    assert "Call it on all." in text
    assert "distributed program" not in page(PASSED)


def test_a_result_comes_back_from_its_json():
    assert Result.from_json(PASSED.to_json()) == PASSED


def test_what_the_ranks_printed_is_shown_as_text(page):
    shown = page(msgspec.structs.replace(REFUSED, output_excerpt=["[0] <script>alert(1)</script>"]))
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>" not in shown


def test_several_runs_are_all_shown_and_which_counts(page):
    runs = [Run(seed=seed, train_accuracy=[0.7, 0.71], test_accuracy=[0.66, 0.68], seconds=60.0) for seed in (0, 1)]
    shown = page(msgspec.structs.replace(PASSED, runs=runs, seed=1))
    assert "1 (counts)" in shown
    assert "0 (counts)" not in shown


def test_each_ranks_speed_is_the_reported_one_divided_by_the_ranks(page):
    assert "50 images per second" in page(PASSED, ROWS)


def test_where_there_is_nothing_to_draw_there_is_no_picture(page):
    assert "<svg" not in page(REFUSED)


def test_the_effective_batch_stands_where_one_is_asked_for(page):
    report = Report(converted=True, workers=2, steps=9, findings=[], effective_batch_size=1024)
    asked = msgspec.structs.replace(PASSED, conversion=report, effective_batch_asked=1024)
    assert "1,024 images a step, as the conversion check saw it; at least 1,024 asked for" in page(asked, [])
    assert "Of this the effective batch alone counts." in page(asked, [])
    unseen = msgspec.structs.replace(asked, conversion=None)
    assert "not seen by the conversion check; at least 1,024 asked for" in page(unseen, [])
    assert "Effective batch" not in page(msgspec.structs.replace(PASSED, conversion=report), [])
