"""Signs of life while a rank runs, and its last words."""

import os
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

from scalelab.parallel.check.events import Alive, Ended
from scalelab.parallel.check.observe.rank import Rank
from scalelab.parallel.check.source.surroundings import Place

SECONDS_BETWEEN_SIGNS = 1.0
SECONDS_FOR_THE_OTHERS = 4.0


def heartbeat(rank: Rank) -> None:
    """Tell once a second where the main thread stands, so that a rank that waits for ever can be found."""

    def beat() -> None:
        while True:
            time.sleep(SECONDS_BETWEEN_SIGNS)
            frame = sys._current_frames().get(rank.main_thread)
            call = rank.call or (None, None, False)
            rank.tell(Alive(rank.step, rank.where(frame), *call, rank.calls, **rank.surroundings(rank.stack(frame))))

    threading.Thread(target=beat, daemon=True).start()


@contextmanager
def last_words(rank: Rank) -> Iterator[None]:
    """Tell how the script ended; its exception is passed on."""
    try:
        yield
    except SystemExit as ended:
        failed = ended.code not in (None, 0)
        rank.tell(Ended(rank.step, f"sys.exit({ended.code!r})" if failed else None))
        raise
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        stack = [Place(frame.filename, frame.lineno) for frame in frames if rank.is_own(frame.filename)]
        rank.tell(Ended(rank.step, _error_text(error), _own_line(rank, error, stack), **rank.surroundings(stack)))
        raise
    else:
        rank.tell(Ended(rank.step))
    finally:
        _mark(rank)


def end_together(rank: Rank, second_epoch: bool) -> None:
    """The check has seen enough: wait until the other ranks are as far, then leave at once."""
    rank.tell(Ended(rank.step, enough=True, second_epoch=second_epoch))
    _mark(rank)
    waited_from = time.monotonic()
    while time.monotonic() - waited_from < SECONDS_FOR_THE_OTHERS:
        if all((rank.told / f"done-{other}").exists() for other in range(rank.size)):
            break
        time.sleep(0.02)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def _mark(rank: Rank) -> None:
    """Whoever waits for this rank need wait no longer."""
    (rank.told / f"done-{rank.rank}").touch()


def _error_text(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(error)).strip().splitlines()[-1][:500]


def _own_line(rank: Rank, error: BaseException, stack: list[Place]) -> str | None:
    """The innermost line of the learner's own files: "a.py, line 3"."""
    if isinstance(error, SyntaxError) and error.filename and rank.is_own(error.filename):
        return f"{os.path.basename(error.filename)}, line {error.lineno}"  # noqa: PTH119
    return f"{os.path.basename(stack[-1].file)}, line {stack[-1].line}" if stack else None  # noqa: PTH119
