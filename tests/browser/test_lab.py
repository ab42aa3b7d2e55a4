"""What a learner meets in JupyterLab: the first page, notebooks that open, Assess and Stop."""

import re

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from .notebook import Notebook, contrast, waited

pytestmark = [pytest.mark.ranks, pytest.mark.slow]

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
    for path in [*sorted(lab.work.glob("lab*/*.ipynb")), lab.work / "assessment" / "assessment.ipynb"]:
        Notebook(page, lab.url(path.relative_to(lab.work)))
        assert page.locator(".jp-Notebook h1").first.inner_text()


@pytest.mark.parametrize("theme", ["Dark", "Light"])
def test_words_stand_out_in_either_theme(page, lab, theme):
    """At least 4.5 to 1 (WCAG 2.1, 1.4.3): captions, the sentences below sliders, what a prediction asks.

    Light comes last, because JupyterLab keeps the theme.
    """
    predicts = "from scalelab.view import new_figure, predict, show\npredict.curve('speed', 'How fast?', x=[1, 8, 64])"
    name = write(lab, "words.ipynb", predicts, "show(new_figure()[0], 'Two empty axes.', 'Nothing was measured.')")
    notebook = Notebook(page, lab.url(name))
    page.evaluate(f"jupyterapp.commands.execute('apputils:change-theme', {{theme: 'JupyterLab {theme}'}})")
    page.locator(f"body[data-jp-theme-light={str(theme == 'Light').lower()}]").wait_for(state="attached")
    notebook.run_all(60)
    for words in ("Nothing was measured.", "on the left to", "Predict.", "How fast?", "height at the left", "Skip"):
        assert contrast(page.locator(".jp-OutputArea").get_by_text(words).last) >= 4.5, words


def test_assess_ends_in_the_verdict_and_the_feedback(page, lab, picture):
    (lab.work / "assessment" / "broken.py").write_text("for\n")
    name = write(lab, "assess.ipynb", "from scalelab.view.assess import assess\nassess('assessment/broken.py')")
    Notebook(page, lab.url(name)).run_all(120)
    button = page.get_by_role("button", name="Assess", exact=True)
    button.click()
    page.get_by_role("status").filter(has_text="Not passed: 0 of 100").wait_for()
    feedback = page.frame_locator("iframe[title=Feedback]")
    assert "not valid Python" in feedback.locator(".reason").inner_text()
    picture(page, "assess")


def test_an_assessment_goes_on_when_the_page_is_closed_and_stop_ends_it(page, browser, lab):
    script = lab.work / "for_ever.py"
    script.write_text(RUNS_FOR_EVER)
    source = "from scalelab.view.assess import assess\nassess('for_ever.py', '--budget-seconds', '300', '--no-check')"
    name = write(lab, "closed.ipynb", source)
    other = browser.new_page()
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
    source = "from scalelab.view.run import run\nrun('for_ever.py', record='runs/for_ever', epochs=9)"
    name = write(lab, "run.ipynb", source)
    Notebook(page, lab.url(name)).run_all(120)
    page.get_by_text("[1] ready").wait_for()
    page.get_by_alt_text("Reported so far: epoch 4").wait_for()
    assert len(ranks_of(lab)) >= 2
    picture(page, "run")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped: all ranks have been ended.").wait_for()
    assert waited(lambda: not ranks_of(lab))
