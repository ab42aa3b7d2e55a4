"""Signs of life while a rank runs, and its last words."""

import os
import sys
import textwrap
import time
import traceback
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType

from scalelab.check.events import Alive, Ended
from scalelab.check.observe.observer import Rank
from scalelab.check.source.control_flow import Place
from scalelab.launch.looking_on import looking_on
from scalelab.launch.torch_waits import BACKWARD, MainThread, call_under_way

SECONDS_FOR_THE_OTHERS = 4.0
MOST_LINES = 5  # of a traceback
MOST_LETTERS = 500  # of a message


def heartbeat(rank: Rank) -> AbstractContextManager[None]:
    """Tell once a second where the main thread stands, so that a rank that waits for ever can be found."""
    thread = MainThread(rank.main_thread)

    def beat(frame: FrameType | None) -> None:
        call: tuple[str | None, str | None, bool] = rank.call or (None, None, False)
        if rank.engine == "ddp":
            waits_in = call_under_way(frame, rank.is_own) if thread.idle() else None
            call = (waits_in, None, waits_in == BACKWARD)
        rank.tell(Alive(rank.step, rank.where(frame), *call, rank.calls, **rank.surroundings(rank.stack(frame))))

    return looking_on(beat)


@contextmanager
def last_words(rank: Rank) -> Iterator[None]:
    """Tell how the script ended; its exception is passed on."""
    try:
        try:
            yield
        finally:
            _look_back(rank)
    except SystemExit as ended:
        if ended.code in (None, 0):
            rank.tell(Ended(rank.step))
        else:
            _tell_error(rank, ended, f"sys.exit({ended.code!r})")
        raise
    except BaseException as error:
        _tell_error(rank, error, _error_text(error))
        raise
    else:
        rank.tell(Ended(rank.step))
    finally:
        _mark(rank)


def end_together(rank: Rank, second_epoch: bool) -> None:
    """The check has seen enough: wait until the other ranks are as far, then leave at once."""
    _look_back(rank)
    rank.tell(Ended(rank.step, enough=True, second_epoch=second_epoch))
    _mark(rank)
    waited_from = time.monotonic()
    while time.monotonic() - waited_from < SECONDS_FOR_THE_OTHERS:
        if all((rank.traces / f"done-{other}").exists() for other in range(rank.size)):
            break
        time.sleep(0.02)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _look_back(rank: Rank) -> None:
    for look in rank.before_the_end:
        look()


def _mark(rank: Rank) -> None:
    """Whoever waits for this rank need wait no longer."""
    (rank.traces / f"done-{rank.rank}").touch()


def _tell_error(rank: Rank, error: BaseException, text: str) -> None:
    """The error, and the traceback shortened to the innermost lines of the learner's own files."""
    frames = traceback.extract_tb(error.__traceback__)
    stack = [Place(one.filename, one.lineno) for one in frames if rank.is_own(one.filename) and one.lineno is not None]
    lines = [_line(place) for place in reversed(stack)]
    if isinstance(error, SyntaxError) and error.filename and error.lineno and rank.is_own(error.filename):
        lines.insert(0, _line(Place(error.filename, error.lineno)))
    where = lines[0] if lines else None
    rank.tell(Ended(rank.step, text, where, through=lines[1:MOST_LINES], **rank.surroundings(stack)))


def _error_text(error: BaseException) -> str:
    """As "ValueError: boom": the first line of what it says, for the last may be anything."""
    lines = "".join(traceback.format_exception_only(error)).strip().splitlines()
    first = next((line for line in lines if type(error).__name__ in line.partition(":")[0]), lines[-1])
    return textwrap.shorten(first, MOST_LETTERS, placeholder=" ...")


def _line(place: Place) -> str:
    """A line as the findings name it: "a.py, line 3"."""
    return f"{os.path.basename(place.file)}, line {place.line}"  # noqa: PTH119
