"""A part of the set-up that runs beside another one: in a thread, its progress shown in the other's line."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Iterator

from scalelab.install.show import LOOK_EVERY_S, Screen


class Aside(Screen):
    """The screen of what runs beside: what it says is said on the main one, its commands have a log of their own."""

    def __init__(self, main: Screen, title: str):
        super().__init__(main.log.with_name(f"{title.lower()}.log"), io.StringIO())
        self.main, self.title = main, title
        self.keep_open = list(main.keep_open)

    def say(self, text: str) -> None:
        """Say a line on the screen of the main part."""
        self.main.say(text)

    def note(self, text: str) -> None:
        """Keep a line for the end."""
        self.main.note(text)

    def show_life(self) -> None:
        """The main screen shows it."""

    def __str__(self) -> str:
        return f"{self.title}: {self.progress() or 'at work'}"


@contextlib.contextmanager
def beside(main: Screen, title: str, work: Callable[[Screen], None] | None = None) -> Iterator[None]:
    """Do `work(screen)` beside what is done in here, and wait for it at the end; what it raises is raised there.

    Where what is done in here fails or is interrupted, it is ended first.
    """
    if work is None:
        yield
        return
    aside = Aside(main, title)
    faults: list[BaseException] = []
    thread = threading.Thread(target=_run, args=(work, aside, faults), daemon=True)
    main.beside = aside
    thread.start()
    try:
        yield
        while thread.is_alive():
            thread.join(LOOK_EVERY_S)
            main.show_life()
    finally:
        aside.stop()
        thread.join()
        main.beside = None
    if faults:
        raise faults[0]


def _run(work: Callable[[Screen], None], aside: Aside, faults: list[BaseException]) -> None:
    try:
        work(aside)
    except BaseException as fault:  # whatever it is, it is for the one who waits
        faults.append(fault)
