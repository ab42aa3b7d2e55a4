"""A script on K ranks with a button to stop it, its chart and its bar following while it runs."""

import html
import os
import shlex
import threading
from collections.abc import Sequence
from pathlib import Path

import ipywidgets as widgets

from scalelab.errors import ScaleLabError
from scalelab.launch.launch import EndJobError, Outcome, Progress, launch
from scalelab.train.record import Row
from scalelab.widgets.run_chart import Reported
from scalelab.widgets.run_ranks import LIMITS

LINES = 5  # printed by the ranks, that are shown


class Run(widgets.VBox):
    """Starts at once, in the background: the notebook's other cells can be run meanwhile.

    `outcome` is there when it has ended, of its own or by Stop.
    """

    def __init__(self, script: Path, arguments: Sequence[str], workers: int, record: Path, epochs: float | None):
        self.stop = widgets.Button(description="Stop", tooltip="End all ranks")
        self.stop.on_click(lambda _: self.end())
        self.sentence, self.printed = widgets.HTML(), widgets.HTML()
        self.reported = Reported("Epochs")
        self.rows: list[Row] = []
        self.lines: list[str] = []
        self.epochs = epochs
        self.outcome: Outcome | None = None
        self._to_stop = threading.Event()
        super().__init__([self.stop, self.sentence, self.reported, self.printed])
        self._tell(f"Starting {workers} ranks.")
        self._thread = threading.Thread(target=self._run, args=(script, arguments, workers, record), daemon=True)
        self._thread.start()

    def end(self) -> None:
        """End all ranks."""
        self._to_stop.set()

    def wait(self) -> Outcome | None:
        """Wait for the end."""
        self._thread.join()
        return self.outcome

    def _run(self, script: Path, arguments: Sequence[str], workers: int, record: Path) -> None:
        try:
            self.outcome = launch(script, arguments, workers, record=record, limits=LIMITS, watch=self._watch)
            self._tell(self.outcome.reason)
        except (ScaleLabError, OSError) as error:
            self._tell(str(error))
        self.stop.disabled = True

    def _watch(self, progress: Progress) -> None:
        if self._to_stop.is_set():
            raise EndJobError("Stopped: all ranks have been ended.")
        new = [f"[{line.rank}] {line.text}" for line in progress.lines if line.rank is not None]
        if new:
            self.lines = (self.lines + new)[-LINES:]
            self.printed.value = f"<pre>{html.escape(os.linesep.join(self.lines))}</pre>"
        if progress.rows:
            self.rows += progress.rows
            latest = self.rows[-1]
            self.reported.show(self.rows, latest.epoch, self.epochs or latest.epoch)
            self._tell(f"{progress.seconds:.0f} s. {latest.summary()}")

    def _tell(self, text: str) -> None:
        self.sentence.value = f'<p role="status"><strong>{html.escape(text)}</strong></p>'


def run(
    script: Path | str, arguments: str | Sequence[str] = "", workers: int = 2, *, record: Path | str = ".",
    epochs: float | None = None,
) -> Run:  # fmt: skip
    """Run `script` as `workers` ranks with a live chart of the record it writes to the folder `record`.

    `arguments` as one would type them; `epochs` is how many it will train, for the bar. Ends when the script ends,
    when its Stop is pressed, or when the ranks wait for one another or say nothing for too long.
    """
    words = shlex.split(arguments) if isinstance(arguments, str) else [str(word) for word in arguments]
    return Run(Path(script), words, workers, Path(record), epochs)
