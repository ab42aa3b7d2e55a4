"""Calls to an object in another process: its public methods by their names, with numbers, text, and arrays.

What travels is MessagePack, never pickle, so that nobody who can send a message can run code.
"""

import threading
from collections.abc import Callable
from multiprocessing import AuthenticationError
from multiprocessing.connection import Client, Connection, Listener
from typing import Any

import msgspec
import numpy as np

from scalelab.errors import ScaleLabError

PATIENCE = 60.0  # seconds for an answer
Address = tuple[str, int]


class Call(msgspec.Struct):
    """A method and its arguments."""

    method: str
    arguments: list[Any]


class Reply(msgspec.Struct):
    """What it gave, or why it did not."""

    value: Any = None
    problem: str | None = None


class Array(msgspec.Struct, tag=True):
    """An array as it travels."""

    dtype: str
    shape: list[int]
    data: bytes


def serve(target: object, listener: Listener) -> None:
    """Answer the calls of everybody who knows the listener's key, each in a thread, until the listener is closed.

    Who dies in the middle of a call has not made it: it begins when all of it has come.
    """
    while True:
        try:
            connection = listener.accept()
        except (AuthenticationError, EOFError, ConnectionError):
            continue  # a stranger, or one who died while being let in
        except OSError:
            return  # closed
        threading.Thread(target=_answer_all, args=(target, connection), daemon=True).start()


class Remote:
    """The methods of an object that another process serves. Raises ScaleLabError with its sentence where a call fails,
    its process has gone, or there is no answer within `patience` seconds.
    """

    def __init__(self, address: Address, key: bytes, patience: float = PATIENCE):
        self._connection, self._patience = Client(address, authkey=key), patience

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda *arguments: self._call(method, arguments)

    def _call(self, method: str, arguments: tuple[Any, ...]) -> Any:
        try:
            self._connection.send_bytes(_encode(Call(method, [_pack(value) for value in arguments])))
            if not self._connection.poll(self._patience):
                raise ScaleLabError(
                    f"The server has not answered `{method}` for {self._patience:.0f} s; does it wait for a lock?"
                )
            reply = msgspec.msgpack.decode(self._connection.recv_bytes(), type=Reply)
        except (EOFError, OSError):
            raise ScaleLabError(f"The server went away before it answered `{method}`.") from None
        if reply.problem is not None:
            raise ScaleLabError(reply.problem)
        return _unpack(reply.value)


def _answer_all(target: object, connection: Connection) -> None:
    with connection:
        while True:
            try:
                call = msgspec.msgpack.decode(connection.recv_bytes(), type=Call)
                connection.send_bytes(_encode(_answer(target, call)))
            except (EOFError, OSError):
                return  # the other side has ended


def _answer(target: object, call: Call) -> Reply:
    method = None if call.method.startswith("_") else getattr(target, call.method, None)
    if not callable(method):
        return Reply(problem=f"The server has no method `{call.method}`.")
    try:
        return Reply(_pack(method(*(_unpack(value) for value in call.arguments))))
    except ScaleLabError as error:
        return Reply(problem=str(error))
    except Exception as error:  # of a learner's own step, say: the server lives on
        return Reply(problem=f"`{call.method}` stopped on the server with {type(error).__name__}: {error}")


def _encode(message: Call | Reply) -> bytes:
    return msgspec.msgpack.encode(message)


def _pack(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return Array(value.dtype.str, list(value.shape), np.ascontiguousarray(value).tobytes())
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, tuple | list):
        return [_pack(one) for one in value]
    return value


def _unpack(value: Any) -> Any:
    if isinstance(value, dict) and value.get("type") == Array.__name__:
        array = msgspec.convert(value, Array)
        return np.frombuffer(array.data, dtype=array.dtype).reshape(array.shape).copy()
    if isinstance(value, list):
        return [_unpack(one) for one in value]
    return value
