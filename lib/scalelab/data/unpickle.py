"""Read CIFAR-10's pickles without running anything they ask for.

The real files were written by Python 2 (protocol 2). They name three functions of numpy; here these names lead
to inert stand-ins that only remember what they were given, so no code of numpy, or of anybody, runs.
"""

import io
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from scalelab.errors import ScaleLabError


class _Dtype:
    def __init__(self, code: object, *_: object):
        self.code = code

    def __setstate__(self, state: object) -> None:
        pass  # byte order and alignment: nothing that one-byte numbers have


class _Array:
    state: Any = None  # whatever the pickle gave

    def __setstate__(self, state: object) -> None:
        self.state = state


class _ArrayType:
    """Only passed to `_reconstruct`, never called."""


def _reconstruct(*_: object) -> _Array:
    return _Array()


def _encode(text: object, encoding: object) -> bytes:
    # How Python 3 writes bytes in protocol 2.
    if type(text) is not str or encoding not in ("latin1", b"latin1"):
        raise pickle.UnpicklingError("an unknown text encoding")
    return text.encode("latin1")


_ADMITTED = {
    ("numpy", "ndarray"): _ArrayType,
    ("numpy", "dtype"): _Dtype,
    ("numpy.core.multiarray", "_reconstruct"): _reconstruct,
    ("numpy._core.multiarray", "_reconstruct"): _reconstruct,
    ("_codecs", "encode"): _encode,
}


# The Python unpickler rather than the C one: a crafted memo index makes the C one allocate gigabytes.
class _Restricted(pickle._Unpickler):
    path: str  # for the messages
    stack: list[Any]

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in _ADMITTED:
            raise ScaleLabError(
                f"The pickle {self.path} asks for {module}.{name}, which no CIFAR-10 file does; "
                "it was not run, so delete the file and download it again."
            )
        return _ADMITTED[module, name]

    def load_build(self) -> None:
        # The usual BUILD can set attributes on any object, our own functions included.
        state = self.stack.pop()
        if type(self.stack[-1]) not in (_Array, _Dtype):
            raise pickle.UnpicklingError("a state for something that has none")
        self.stack[-1].__setstate__(state)

    dispatch: ClassVar[dict[int, Callable[..., None]]] = {**pickle._Unpickler.dispatch, pickle.BUILD[0]: load_build}


def unpickle(content: bytes, path: str) -> dict[str, object]:
    """The dictionary in a CIFAR-10 pickle, with text keys and uint8 arrays; `path` is for the messages.

    Raises ScaleLabError, naming it, when the pickle asks for anything that the real files do not contain.
    """
    reader = _Restricted(io.BytesIO(content), encoding="bytes")
    reader.path = path
    try:
        result = reader.load()
        if type(result) is not dict:
            raise pickle.UnpicklingError(f"a {type(result).__name__} instead of a dictionary")
        return {_text(key): _array(value) if type(value) is _Array else value for key, value in result.items()}
    except ScaleLabError:
        raise
    except Exception as error:  # a damaged pickle can fail in any way at all
        reason = str(error) or type(error).__name__
        raise ScaleLabError(
            f"Expected a batch of CIFAR-10's Python layout in {path} but it is truncated or damaged ({reason}); "
            "download it again."
        ) from error


def _text(key: object) -> str:
    return key.decode("ascii") if type(key) is bytes else str(key)


def _array(value: _Array) -> np.ndarray:
    _, shape, dtype, is_fortran, raw = value.state
    if type(dtype) is not _Dtype or dtype.code not in (b"u1", "u1") or type(raw) is not bytes:
        raise pickle.UnpicklingError("an array of something other than bytes")
    return np.frombuffer(raw, np.uint8).reshape(shape, order="F" if is_fortran else "C")
