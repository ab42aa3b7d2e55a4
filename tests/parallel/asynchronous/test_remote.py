"""Calls to an object in another process, here in another thread."""

import threading
from multiprocessing import AuthenticationError
from multiprocessing.connection import Listener

import numpy as np
import pytest

from scalelab.errors import ScaleLabError
from scalelab.parallel.asynchronous.remote import Remote, serve

KEY = b"some key"


class Target:
    def __init__(self):
        self.never = threading.Event()

    def double(self, value):
        return 2 * value

    def pair(self):
        return np.arange(3, dtype=np.int16), "text"

    def refuse(self):
        raise ScaleLabError("No.")

    def divide(self):
        return 1 / 0

    def wait(self):
        self.never.wait()

    def _private(self):
        return "secret"


@pytest.fixture
def address():
    target = Target()
    with Listener(("127.0.0.1", 0), authkey=KEY) as listener:
        threading.Thread(target=serve, args=(target, listener), daemon=True).start()
        yield listener.address
        target.never.set()


@pytest.mark.parametrize("value", [3, 1.5, "a", np.ones(4, dtype=np.float32), np.zeros((2, 0))])
def test_what_is_sent_comes_back(address, value):
    answer = Remote(address, KEY).double(value)
    assert np.array_equal(answer, 2 * value)
    if isinstance(value, np.ndarray):
        assert answer.dtype == value.dtype
        assert answer.shape == value.shape


def test_arrays_and_text_in_one_answer(address):
    array, text = Remote(address, KEY).pair()
    assert array.dtype == np.int16
    assert array.tolist() == [0, 1, 2]
    assert text == "text"


@pytest.mark.parametrize(("method", "sentence"), [
    ("refuse", r"^No\.$"),
    ("divide", r"^`divide` stopped on the server with ZeroDivisionError: division by zero$"),
    ("_private", r"^The server has no method `_private`\.$"),
    ("nothing", r"^The server has no method `nothing`\.$"),
])  # fmt: skip
def test_what_fails_is_told_and_the_server_lives_on(address, method, sentence):
    remote = Remote(address, KEY)
    with pytest.raises(ScaleLabError, match=sentence):
        getattr(remote, method)()
    assert remote.double(2) == 4


def test_a_server_that_does_not_answer_is_told(address):
    with pytest.raises(ScaleLabError, match=r"has not answered `wait`.*does it wait for a lock"):
        Remote(address, KEY, patience=0.2).wait()


def test_who_does_not_know_the_key_is_not_let_in(address):
    with pytest.raises(AuthenticationError):
        Remote(address, b"another")
    assert Remote(address, KEY).double(1) == 2
