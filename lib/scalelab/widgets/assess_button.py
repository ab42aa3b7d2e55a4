"""The Assess button: the grader's own work, started, watched and stopped from a notebook."""

import html
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import ipywidgets as widgets

from scalelab.data import load
from scalelab.grade.background.job import BackgroundJob, JobStatus
from scalelab.grade.progress import RanksRunning, StepStarted
from scalelab.grade.rubric import load_rubric
from scalelab.grade.run.handout import make_handout
from scalelab.places import ASSESSED, RUBRIC
from scalelab.widgets.run_chart import Reported

SECONDS_BETWEEN_LOOKS = 0.4
LINES = 6  # of the grader's steps that are shown
STYLE = "width: 100%; height: 60em; border: 1px solid #8888"
FITS = 0.7  # of what workers without a start and an exchange would do; the solution's ten epochs use three quarters


class Assess(widgets.VBox):
    """A button, how the grading gets on, and at its end the verdict and the page of feedback.

    The grading is a process of its own: closing the page or restarting the kernel does not touch it, and this widget,
    made anew, shows how it stands.
    """

    def __init__(self, file: Path, options: Sequence[str] = (), folder: Path = ASSESSED):
        self.file, self.options, self.job = file, options, BackgroundJob(folder)
        self.button = widgets.Button(description="Assess", button_style="primary", tooltip=f"Grade {file}")
        self.stop = widgets.Button(description="Stop", disabled=True, tooltip="End the grading and all its ranks")
        self.button.on_click(self._begin)
        self.stop.on_click(lambda _: self.job.stop())
        self.sentence, self.steps, self.page = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self.reported = Reported("Budget")
        self.watcher: threading.Thread | None = None
        buttons = widgets.HBox([self.button, self.stop])
        super().__init__([buttons, self.sentence, self.steps, self.reported, self.page])
        self._show(self.job.status())
        if self.job.running():
            self._watch()

    def wait(self) -> JobStatus:
        """Wait until the grading that is watched has ended."""
        if self.watcher:
            self.watcher.join()
        return self.job.status()

    def _begin(self, _button: object) -> None:
        """Start a grading, or watch the one that is at work already, from whatever page it was started."""
        self.button.disabled, self.page.value = True, ""
        self.reported.clear()
        try:
            self.job.start(self.file, self.options)
        except OSError as error:  # a widget's callback has nobody above it who would show the error
            self._tell(f"It could not be started: {error}")
            self.button.disabled = False
            return
        self._watch()

    def _watch(self) -> None:
        if self.watcher is None or not self.watcher.is_alive():
            self.watcher = threading.Thread(target=self._follow, daemon=True)
            self.watcher.start()

    def _follow(self) -> None:
        status = self.job.status()
        while status.running:
            self._show(status)
            time.sleep(SECONDS_BETWEEN_LOOKS)
            status = self.job.status()
        self._show(status)

    def _show(self, status: JobStatus) -> None:
        self.button.disabled, self.stop.disabled = status.running, not status.running
        steps = [line.text for line in status.events if isinstance(line, StepStarted)]
        self.steps.value = "<br>".join(map(html.escape, steps[-LINES:]))
        ran = [line for line in status.events if isinstance(line, RanksRunning)]
        rows = [row for line in ran for row in line.rows]
        if ran:
            self.reported.show(rows, ran[-1].seconds, ran[-1].budget_seconds, until=ran[-1].budget_seconds)
        if status.result and status.page:
            verdict = "✓ Passed" if status.result.passed else "✗ Not passed"
            self._tell(f"{verdict}: {status.result.score:g} of 100. {status.result.reason}")
            page = html.escape(status.page.read_text(encoding="utf-8"), quote=True)
            self.page.value = f'<iframe title="Feedback" sandbox srcdoc="{page}" style="{STYLE}"></iframe>'
        elif status.running:
            now = f"{ran[-1].seconds:.0f} of {ran[-1].budget_seconds:.0f} s. " if ran else "Starting. "
            doing = ran[-1].doing.capitalize() if ran else ""
            self._tell(now + (rows[-1].summary() if rows else doing))
        else:
            press = f"Press Assess to grade {self.file}. You may close this page while it is graded."
            self._tell(status.failed or press)

    def _tell(self, text: str) -> None:
        self.sentence.value = f'<p role="status"><strong>{html.escape(text)}</strong></p>'


def assess(file: Path | str = "assessment.py", *options: str, rubric: Path = RUBRIC) -> Assess:
    """The Assess button for a script; `options` are those of `scalelab grade`, such as "--workers", "4".

    Each rubric has verdicts of its own.
    """
    folder = ASSESSED if rubric == RUBRIC else ASSESSED.with_name(rubric.stem)
    return Assess(Path(file), ["--rubric", str(rubric.resolve()), *options], folder)


def lay_data(folder: Path | str = "data") -> None:
    """Lay the training images that the grader hands out into the folder, once."""
    handout = make_handout(load("cifar10"), load_rubric(RUBRIC, "cpu").train_images)
    if not Path(folder).is_dir():
        handout.write(Path(folder))
    print(f"{folder} has {len(handout.train):,} training images: {handout.source}.")


def terms(path: Path = RUBRIC) -> widgets.HTML:
    """What a submission is held to on this machine's cores, by the rubric at `path`."""
    rubric = load_rubric(path, "cpu")
    targets = rubric.targets_for(load("cifar10").source)
    rows = {
        "Workers": f"{rubric.workers}, of one core each",
        "Training images": f"{rubric.train_images:,}",
        "Budget": f"the time in which one worker of this machine could do {rubric.budget_epochs:g} epochs alone; "
        f"about {FITS * rubric.workers * rubric.budget_epochs:.0f} on {rubric.workers}, their start included",
        "Training accuracy": f"at least {targets.train_accuracy:.3f}",
        "Test accuracy": f"at least {targets.test_accuracy:.3f}",
    }
    if batch := rubric.effective_batch_size:
        rows["Effective batch"] = f"at least {batch:,} images a step, of all workers together"
    cells = "".join(f'<tr><th scope="row" style="text-align: left">{a}</th><td>{b}</td></tr>' for a, b in rows.items())
    return widgets.HTML(f"<table>{cells}</table>")
