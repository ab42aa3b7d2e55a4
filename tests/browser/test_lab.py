"""What a learner meets in JupyterLab: the first page, notebooks that open, Assess and Stop."""

import re

import nbformat
import psutil
import pytest
import torch
from harness.patience import seconds, waited
from nbformat.v4 import new_code_cell, new_notebook

from scalelab.course.release.start_page import lay_start_page
from scalelab.data import load, write_cifar10
from scalelab.grade.result import Result
from scalelab.places import ASSESSED

from .notebook import Notebook, contrast

pytestmark = [pytest.mark.ranks, pytest.mark.slow, pytest.mark.together("tests/browser/test_lab.py")]

RUNS_FOR_EVER = """
import time
import horovod.torch as hvd
hvd.init()
print("ready", flush=True)
while True:
    time.sleep(0.1)
"""
REPORTS = """
import horovod.torch as hvd
from scalelab.train import RunRecord
hvd.init()
record = RunRecord("runs/for_ever", hvd.rank())
for epoch in range(1, 5):
    record.write(images=100 * epoch, epoch=epoch, loss=2 / epoch, train_accuracy=0.2 * epoch)
"""
LEARNS_NOTHING = """
import horovod.torch as hvd
from scalelab.models import build
from scalelab.train import RunRecord, save_checkpoint
hvd.init()
record = RunRecord("out", hvd.rank())
if hvd.rank() == 0:
    for epoch in (1, 2):
        save_checkpoint(build("small-resnet"), "out", epoch)
        record.write(images=600 * epoch, epoch=epoch, loss=2.3, train_accuracy=0.1)
"""
TARGETS = "train_accuracy = 0.02\ntest_accuracy = 0.02\nfloor_accuracy = 0.01\n"
EASY = f"""
[cpu]
workers = 2
model = "small-resnet"
train_images = 600
budget_epochs = 6.5
memory_gb = 12
[cpu.targets.standin]
{TARGETS}
"""


def write(lab, name: str, *sources: str) -> str:
    """A notebook of these cells in the working folder."""
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, lab.work / name)
    return name


def ranks_of(lab) -> list[int]:
    """Processes that run a script of the working folder."""
    return [
        process.pid for process in psutil.process_iter(["cmdline"])
        if any(str(lab.work) in word and word.endswith(".py") for word in process.info["cmdline"] or ())
    ]  # fmt: skip


def test_the_server_of_the_tests_is_started_alike_below_another_make(command_of_make_lab, monkeypatch):
    monkeypatch.delenv("MAKELEVEL", raising=False)
    alone = command_of_make_lab()
    monkeypatch.setenv("MAKELEVEL", "1")
    assert command_of_make_lab() == alone
    assert "--LabApp.default_url=/lab/tree/START.md" in alone


def test_the_first_page_is_a_map_whose_links_open_the_notebooks(page, lab, picture):
    page.goto(lab.said)
    page.get_by_role("heading", name="The way").wait_for()
    picture(page, "start")
    page.get_by_role("link", name="1.1 Gradient descent on one neuron").click()
    page.get_by_role("heading", name=re.compile("1.1 Gradient descent")).wait_for()


def test_every_copy_opens(page, lab):
    first, *others = [*sorted(lab.work.glob("lab*/*.ipynb")), lab.work / "assessment" / "assessment.ipynb"]
    notebook = Notebook(page, lab.url(first.relative_to(lab.work)))
    assert notebook.title()
    for path in others:
        notebook.open(path.relative_to(lab.work))
        assert notebook.title()


def test_words_stand_out_in_either_theme(page, lab):
    """At least 4.5 to 1 (WCAG 2.1, 1.4.3): captions, the sentences below sliders, what a prediction asks.

    Light comes last, because JupyterLab keeps the theme.
    """
    uses = "from scalelab.figures import new_figure, show\nfrom scalelab.widgets import predict\n"
    predicts = f"{uses}predict.curve('speed', 'How fast?', x=[1, 8, 64])"
    name = write(lab, "words.ipynb", predicts, "show(new_figure()[0], 'Two empty axes.', 'Nothing was measured.')")
    notebook = Notebook(page, lab.url(name))
    notebook.run_all(60)
    for theme in ("Dark", "Light"):
        page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
        page.locator(f"body[data-jp-theme-light={str(theme == 'Light').lower()}]").wait_for(state="attached")
        for words in ("Nothing was measured.", "on the left to", "Predict.", "How fast?", "height at the left", "Skip"):
            assert contrast(page.locator(".jp-OutputArea").get_by_text(words).last) >= 4.5, (theme, words)


def test_assess_ends_in_the_verdict_and_the_feedback(page, lab, picture):
    (lab.work / "assessment" / "broken.py").write_text("for\n")
    source = "from scalelab.widgets.assess_button import assess\nassess('assessment/broken.py')"
    name = write(lab, "assess.ipynb", source)
    Notebook(page, lab.url(name)).run_all(120)
    button = page.get_by_role("button", name="Assess", exact=True)
    button.click()
    page.get_by_role("status").filter(has_text="Not passed: 0 of 100").wait_for()
    feedback = page.frame_locator("iframe[title=Feedback]")
    assert "not valid Python" in feedback.locator(".reason").inner_text()
    picture(page, "assess")


@pytest.fixture
def terms(lab):
    """Options of a grading that a network passes which has learnt nothing."""
    images, few = load("standin"), torch.arange(600)
    write_cifar10(lab.work / "few", images.train.take(few), images.test.take(few[:200]), images.classes, images.source)
    (lab.work / "easy.toml").write_text(EASY)
    return ["--data", str(lab.work / "few"), "--rubric", str(lab.work / "easy.toml"), "--budget-seconds", "40"]


def test_assess_runs_the_script_in_the_sandbox_and_shows_what_it_has_earned(page, lab, terms):
    (lab.work / "assessment" / "mine.py").write_text(LEARNS_NOTHING)
    source = f"from scalelab.widgets.assess_button import assess\nassess('mine.py', '--no-check', *{terms})"
    Notebook(page, lab.url(write(lab, "assessment/passes.ipynb", source))).run_all(120)
    page.get_by_role("button", name="Assess", exact=True).click()
    page.get_by_text("Running 2 ranks").wait_for()
    page.get_by_role("status").filter(has_text="Passed: 100 of 100").wait_for(timeout=1000 * seconds(180))
    page.get_by_alt_text("Reported so far: epoch 2").wait_for()
    feedback = page.frame_locator("iframe[title=Feedback]")
    assert feedback.get_by_role("heading").first.inner_text() == "✓ Passed"
    for row in ("Score 100 of 100", "epoch-002.safetensors training", "Sandbox bubblewrap"):
        assert feedback.get_by_role("row", name=row).count() == 1, row
    (result,) = (lab.work / "assessment" / ASSESSED).glob("mine-*/result.json")
    assert feedback.locator(".reason").inner_text() == Result.from_json(result.read_bytes()).reason
    assert "| ✓ passed |" in lay_start_page(lab.work, []).read_text()


@pytest.mark.parametrize(
    ("key", "other"), [("Enter", "Space"), pytest.param("Space", "Enter", marks=pytest.mark.one_in(2))]
)
def test_assess_and_stop_are_pressed_by_the_keyboard(page, lab, terms, key, other):
    (lab.work / key).mkdir()  # its own: what an earlier grading has left would be shown
    (lab.work / key / "for_ever.py").write_text(RUNS_FOR_EVER)
    source = f"from scalelab.widgets.assess_button import assess\nassess('for_ever.py', '--no-check', *{terms})"
    Notebook(page, lab.url(write(lab, f"{key}/keys.ipynb", source))).run_all(120)
    button = page.get_by_role("button", name="Assess", exact=True)
    button.focus()
    page.keyboard.press(key)
    page.get_by_text("Running 2 ranks").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.innerText") == "Stop"
    page.keyboard.press(other)
    page.get_by_text("Interrupted").wait_for()
    assert waited(lambda: not ranks_of(lab))


def test_an_assessment_goes_on_when_the_page_is_closed_and_stop_ends_it(page, new_page, lab):
    script = lab.work / "for_ever.py"
    script.write_text(RUNS_FOR_EVER)
    starts = "assess('for_ever.py', '--budget-seconds', '300', '--no-check')"
    source = f"from scalelab.widgets.assess_button import assess\n{starts}"
    name = write(lab, "closed.ipynb", source)
    other = new_page()
    Notebook(other, lab.url(name)).run_all(120)
    other.get_by_role("button", name="Assess", exact=True).click()
    other.get_by_text("Running 2 ranks").wait_for()
    other.close()
    Notebook(page, lab.url(name)).run_all(120)
    assert page.get_by_role("button", name="Assess", exact=True).is_disabled()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Interrupted").wait_for()
    assert waited(lambda: not ranks_of(lab))


def test_a_run_shows_its_lines_and_its_chart_and_its_stop_ends_every_rank(page, lab, picture):
    (lab.work / "for_ever.py").write_text(REPORTS + RUNS_FOR_EVER)
    source = "from scalelab.widgets.run_button import run\nrun('for_ever.py', record='runs/for_ever', epochs=9)"
    name = write(lab, "run.ipynb", source)
    Notebook(page, lab.url(name)).run_all(120)
    page.get_by_text("[1] ready").wait_for()
    page.get_by_alt_text("Reported so far: epoch 4").wait_for()
    assert len(ranks_of(lab)) >= 2
    picture(page, "run")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped: all ranks have been ended.").wait_for()
    assert waited(lambda: not ranks_of(lab))
