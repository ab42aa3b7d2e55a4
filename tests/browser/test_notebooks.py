"""Every notebook with its answers, run whole in the browser, graded as it ran; every slider moved by the keyboard."""

import nbformat
import pytest
from harness.patience import seconds, waited
from nbgrader.utils import determine_grade

from scalelab.course.exercises.cells import is_test
from scalelab.places import COURSE

from .notebook import Notebook

pytestmark = [pytest.mark.ranks, pytest.mark.slow]
LONGEST = "02_large_batch_tricks"
TRAIN = ("03_batch_size", "04_loss_landscape", LONGEST)  # networks, for minutes
NOTEBOOKS = sorted((COURSE / "source").glob("*/*.ipynb"))
MOVES = 3  # of each slider
WITHOUT_WORDS = ".jp-OutputArea img:not([alt]), .jp-OutputArea img[alt='']"
BOX = "xpath=ancestor::div[contains(@class, 'widget-vbox')][1]"
READOUT = "xpath=ancestor::div[contains(@class, 'widget-slider')][1]//*[contains(@class, 'widget-readout')]"
# From the key to the new picture, decoded; the page's own clock, for the test's looks are 0.2 s apart.
CLOCK = """box => {
    box.milliseconds = [];
    if (box.has_clock) return;
    box.has_clock = true;
    const source = () => box.querySelector('img').src;
    let pressed, before = source();
    box.addEventListener('keydown', () => { pressed = performance.now(); }, true);
    new MutationObserver(async () => {
        if (!box.querySelector('img') || source() === before) return;
        before = source();
        await box.querySelector('img').decode();
        box.milliseconds.push(performance.now() - pressed);
    }).observe(box, {subtree: true, childList: true, attributes: true});
}"""


def cases() -> list:
    """Those that train have a JupyterLab and a browser of their own, beside the one of all others; the longest takes
    turns with the commits.
    """
    groups = {True: "notebooks that train", False: "notebooks"}
    turns = {LONGEST: [pytest.mark.one_in(2)]}
    return [
        pytest.param(
            path, id=path.stem, marks=[pytest.mark.together(groups[path.stem in TRAIN]), *turns.get(path.stem, [])]
        )
        for path in NOTEBOOKS
    ]


@pytest.mark.parametrize("path", cases())
def test_a_notebook_runs_and_its_sliders_answer(page, lab, solved, picture, keep_times, path):
    file = solved / path.parent.name / path.name
    notebook = Notebook(page, lab.url(file.relative_to(lab.work)))
    notebook.run_all(900)
    notebook.save()
    assert_full_marks(file)
    assert page.locator(".jp-OutputArea img").count() > 0
    assert page.locator(WITHOUT_WORDS).count() == 0
    handles = page.locator(".jp-OutputArea .noUi-handle")
    for number in range(handles.count()):
        handle = handles.nth(number)
        box = handle.locator(BOX)
        box.scroll_into_view_if_needed()
        handle.focus()
        if not box.locator("img").count():  # a prediction that is a number, which stands beside the slider
            before = handle.locator(READOUT).first.inner_text()
            handle.press(onwards(handle))
            assert handle.locator(READOUT).first.inner_text() != before, f"slider {number}"
            continue
        box.evaluate(CLOCK)
        for moved in range(1, MOVES + 1):
            handle.press(onwards(handle))
            assert waited(lambda: box.evaluate("box => box.milliseconds.length") >= moved), f"slider {number}"  # noqa: B023
        keep_times(path.stem, box.evaluate("box => box.milliseconds"))
        picture(page, "slider")


@pytest.mark.together("notebooks")
def test_the_assessments_notebook_runs_as_it_is_handed_out(page, lab):
    Notebook(page, lab.url("assessment/assessment.ipynb")).run_all(300)
    run, assessment, large_batch = page.get_by_role("button", name="Stop", exact=True).all()
    assert [stop.is_enabled() for stop in (run, assessment, large_batch)] == [True, False, False]
    page.get_by_alt_text("Reported so far: epoch").wait_for(timeout=1000 * seconds(180))
    run.click()
    page.get_by_text("Stopped: all ranks have been ended.").wait_for()
    page.get_by_text("✗ not converted: 2 ranks").wait_for()
    button = page.get_by_role("button", name="Assess", exact=True).first
    button.scroll_into_view_if_needed()
    assert button.is_enabled()
    assert page.locator(WITHOUT_WORDS).count() == 0


def assert_full_marks(file) -> None:
    """By nbgrader's own rule, on the outputs that the page has stored."""
    tests = [cell for cell in nbformat.read(file, 4).cells if is_test(cell)]
    for cell in tests:
        assert cell.execution_count
        points, most = determine_grade(cell)
        assert points == most, cell.metadata.nbgrader.grade_id


def onwards(handle) -> str:
    """The key that moves it, also from its end."""
    at_its_end = handle.get_attribute("aria-valuenow") == handle.get_attribute("aria-valuemax")
    return "PageDown" if at_its_end else "PageUp"
