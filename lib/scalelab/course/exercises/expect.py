"""How an exercise's tests compare an answer: in numbers, and with a sentence for each slip that is known."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

MOST_SHOWN = 6


class NotYet(AssertionError):
    """An answer that is not right yet. A notebook shows its sentence alone, without the test's own lines."""

    def _render_traceback_(self) -> list[str]:
        return [f"Not yet. {self}"]


def expect(
    what: str, got: Any, wanted: Any, slips: Mapping[str, Any] | None = None, rel: float = 1e-6, tiny: float = 1e-12
) -> None:
    """Raise `NotYet` unless `got` has the shape of `wanted` and its numbers, each to `rel` of the largest wanted.

    `slips` maps a sentence to the value that this slip leads to: a learner who made it reads that sentence.
    Answers are turned into arrays first, so an object that claims to equal everything is not believed.
    `tiny` is the absolute difference that is let pass, for numbers that should be zero.
    """
    shown = _yes_or_no if isinstance(wanted, bool) else _shown
    wanted, answer = np.asarray(wanted, dtype=float), _numbers(what, got)
    if _close(answer, wanted, rel, tiny):
        return
    for sentence, value in (slips or {}).items():
        if _close(answer, _numbers(what, value), rel, tiny):
            beside = _beside(wanted, answer, shown)
            raise NotYet(f"{what}: {sentence}. ({beside[0].upper()}{beside[1:]}.)")
    if answer.shape != wanted.shape:
        raise NotYet(f"{what}: expected {_form(wanted)}, got {_form(answer)}: {_shown(answer)}.")
    raise NotYet(f"{what}: {_beside(wanted, answer, shown)}.")


def require(condition: Any, sentence: str) -> None:
    """Raise `NotYet` with that sentence unless the condition is True itself (numpy's True is as good)."""
    if not (isinstance(condition, bool | np.bool_) and condition):
        raise NotYet(sentence)


def _numbers(what: str, value: Any) -> np.ndarray:
    if value is None:
        raise NotYet(f"{what}: got None; does the function end in a `return`?")
    if isinstance(value, list | tuple) and any(part is None for part in value):
        raise NotYet(f"{what}: expected numbers, got {value}; None comes from a function that ends without `return`.")
    if isinstance(value, complex):
        raise NotYet(f"{what}: got a complex number; was the root of a negative number taken?")
    try:
        numbers = np.asarray(_plain(value), dtype=float)
    except Exception:
        raise NotYet(f"{what}: expected numbers, got {type(value).__name__}.") from None
    if np.isnan(numbers).any():
        raise NotYet(
            f"{what}: got NaN, which is no number; was 0 divided by 0, or the root of a negative number taken?"
        )
    return numbers


def _plain(value: Any) -> Any:
    """Tensors, also those that carry a gradient, and sequences of them, as what numpy can read."""
    if hasattr(value, "detach"):
        return value.detach().cpu().numpy()
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, str | bytes | dict | set):
        raise TypeError("no numbers")
    return value


def _close(answer: np.ndarray, wanted: np.ndarray, rel: float, tiny: float) -> bool:
    if answer.shape != wanted.shape:
        return False
    scale = np.abs(wanted[np.isfinite(wanted)]).max(initial=0.0)
    with np.errstate(invalid="ignore"):
        near = np.abs(answer - wanted) <= rel * scale + tiny
    return bool(np.all(near | (answer == wanted)))


def _beside(wanted: np.ndarray, answer: np.ndarray, shown: Callable[[np.ndarray], str]) -> str:
    """What was expected beside what came; where both look alike in print, where they differ most."""
    if wanted.shape != answer.shape or shown(wanted) != shown(answer):
        return f"expected {shown(wanted)}, got {shown(answer)}"
    with np.errstate(invalid="ignore"):
        difference = np.nan_to_num(np.abs(answer - wanted))
    place = np.unravel_index(np.argmax(difference), difference.shape)
    where = f" at {[int(index) for index in place]}" if place else ""
    return f"expected {wanted[place]:.12g}{where}, got {answer[place]:.12g}"


def _form(array: np.ndarray) -> str:
    return "one number" if array.ndim == 0 else f"numbers of shape {array.shape}"


def _shown(array: np.ndarray) -> str:
    if array.ndim == 0:
        return f"{float(array):.6g}"
    if array.size <= MOST_SHOWN:
        return np.array2string(array, separator=", ", formatter={"float": "{:.6g}".format}).replace("\n", "")
    first = ", ".join(f"{value:.6g}" for value in array.ravel()[:MOST_SHOWN])
    return f"[{first}, ...] of shape {array.shape}"


def _yes_or_no(array: np.ndarray) -> str:
    return {"0": "False", "1": "True"}.get(_shown(array), _shown(array))
