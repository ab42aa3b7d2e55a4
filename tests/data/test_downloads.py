"""Downloads from mirrors of every sort, through a real HTTP server on the loopback."""

import hashlib
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scalelab.data import catalogue, fetch
from scalelab.data.catalogue import RemoteFile
from scalelab.data.downloads import download
from scalelab.errors import ScaleLabError
from scalelab.files.cache import cache_folder

CONTENT = bytes(range(256)) * 4096  # 1 MiB
NAME = "images.bin"


class Handler(BaseHTTPRequestHandler):
    """The path says how this mirror behaves."""

    def do_GET(self):
        wanted = self.headers.get("Range")
        self.server.requests.append((self.path, wanted))
        start = int(wanted.removeprefix("bytes=").removesuffix("-")) if wanted else 0
        getattr(self, "mirror_" + self.path.strip("/"))(start)

    def send(self, status, content, length=None, **headers):
        self.send_response(status)
        self.send_header("Content-Length", str(len(content) if length is None else length))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def mirror_good(self, start):
        if start >= len(CONTENT):
            return self.send(416, b"")
        if not start:
            return self.send(200, CONTENT)
        span = f"bytes {start}-{len(CONTENT) - 1}/{len(CONTENT)}"
        return self.send(206, CONTENT[start:], Content_Range=span)

    def mirror_ignores_range(self, start):
        self.send(200, CONTENT)

    def mirror_missing(self, start):
        self.send(404, b"not here")

    def mirror_truncated(self, start):
        self.send(200, CONTENT[:400_000], length=len(CONTENT))

    def mirror_short(self, start):
        self.send(200, CONTENT[:300_000])

    def mirror_other(self, start):
        self.send(200, CONTENT[::-1])

    def mirror_other_truncated(self, start):
        self.send(200, CONTENT[::-1][:500_000], length=len(CONTENT))

    def mirror_silent(self, start):
        self.server.stop.wait(5)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fetch, "TIMEOUT", (2, 0.5))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.requests, server.stop = [], threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.stop.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def dead():
    """An address where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return f"http://127.0.0.1:{taken.getsockname()[1]}/dead"


@pytest.fixture
def offer(server, dead, monkeypatch):
    """offer("missing", "good"): a data set whose mirrors behave so, in this order."""

    def make(*mirrors, checksum=None):
        base = f"http://127.0.0.1:{server.server_port}/"
        urls = tuple(dead if mirror == "dead" else base + mirror for mirror in mirrors)
        known = checksum or f"md5:{hashlib.md5(CONTENT).hexdigest()}"
        monkeypatch.setitem(catalogue.DOWNLOADS, "cifar10", (RemoteFile(NAME, known, urls),))

    return make


def get(folder):
    return download("cifar10", folder, progress=False)


def assert_whole(folder):
    assert (folder / NAME).read_bytes() == CONTENT
    assert [file.name for file in folder.iterdir()] == [NAME]


@pytest.mark.parametrize(
    "mirrors",
    [
        ["good"],
        ["dead", "truncated", "good"],
        ["missing", "short", "good"],
        ["other", "good"],
        ["silent", "good"],
        ["truncated", "ignores_range"],
        ["other_truncated", "good"],
        ["truncated", "other", "good"],
    ],
)
def test_the_first_mirror_with_the_right_bytes_serves(offer, tmp_path, mirrors):
    offer(*mirrors)
    assert get(tmp_path) == tmp_path / NAME
    assert_whole(tmp_path)


def test_what_is_there_already_is_not_asked_for_again(offer, server, tmp_path):
    offer("good")
    get(tmp_path)
    get(tmp_path)
    assert len(server.requests) == 1


def test_a_part_is_continued_where_it_stopped(offer, server, tmp_path):
    offer("good")
    (tmp_path / f"{NAME}.part").write_bytes(CONTENT[:700_000])
    get(tmp_path)
    assert server.requests == [("/good", "bytes=700000-")]
    assert_whole(tmp_path)


def test_one_mirror_continues_what_another_began(offer, server, tmp_path):
    offer("truncated", "good")
    get(tmp_path)
    (first, nothing), (second, continued) = server.requests
    assert (first, second, nothing) == ("/truncated", "/good", None)
    assert int(continued.removeprefix("bytes=").removesuffix("-")) > 300_000
    assert_whole(tmp_path)


@pytest.mark.parametrize(
    "part",
    [CONTENT, CONTENT + b"more", b"x" * len(CONTENT), b"x" * 1000],
    ids=["whole", "longer", "wrong", "bad start"],
)
def test_any_part_left_behind_ends_in_the_right_file(offer, tmp_path, part):
    offer("good")
    (tmp_path / f"{NAME}.part").write_bytes(part)
    get(tmp_path)
    assert_whole(tmp_path)


def test_an_interrupted_download_keeps_its_part_and_no_half_file(offer, tmp_path):
    offer("truncated")
    with pytest.raises(ScaleLabError, match="ended too early"):
        get(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == [f"{NAME}.part"]
    part = (tmp_path / f"{NAME}.part").read_bytes()
    assert len(part) > 300_000
    assert CONTENT.startswith(part)


def test_when_all_fail_one_sentence_names_them_and_the_way_by_hand(offer, tmp_path):
    offer("dead", "missing", "other", "silent")
    with pytest.raises(ScaleLabError) as caught:
        get(tmp_path)
    message = str(caught.value)
    for words in ("could not be reached", "answered 404", "other bytes", "did not answer", "by hand", str(tmp_path)):
        assert words in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_a_file_with_wrong_bytes_is_replaced(offer, tmp_path):
    offer("good")
    (tmp_path / NAME).write_bytes(b"something else")
    get(tmp_path)
    assert_whole(tmp_path)


def test_a_second_download_at_the_same_time_says_so(offer, tmp_path):
    offer("good")
    with (
        fetch._locked(tmp_path / f"{NAME}.part"),
        pytest.raises(ScaleLabError, match="Another download"),
    ):
        get(tmp_path)


def test_a_folder_that_cannot_be_written_is_one_sentence(offer, tmp_path):
    offer("good")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ScaleLabError, match="Could not write"):
        get(tmp_path / "file")


def test_the_cache_is_the_usual_place(offer):
    offer("good")
    assert get(None) == cache_folder() / NAME


def test_progress_is_shown_only_when_asked_for(offer, tmp_path, capfd):
    offer("good")
    get(tmp_path / "quiet")
    assert capfd.readouterr() == ("", "")
    download("cifar10", tmp_path / "shown", progress=True)
    assert NAME in capfd.readouterr().err


def test_several_files_come_as_their_folder(server, tmp_path, monkeypatch):
    known = f"md5:{hashlib.md5(CONTENT).hexdigest()}"
    urls = (f"http://127.0.0.1:{server.server_port}/good",)
    files = tuple(RemoteFile(f"fashion-mnist/{name}", known, urls) for name in "ab")
    monkeypatch.setitem(catalogue.DOWNLOADS, "fashion_mnist", files)
    assert download("fashion_mnist", tmp_path, progress=False) == tmp_path / "fashion-mnist"
    assert sorted(file.name for file in (tmp_path / "fashion-mnist").iterdir()) == ["a", "b"]


@pytest.mark.parametrize(("name", "words"), [("standin", "generated"), ("cifar100", "cifar10, fashion_mnist")])
def test_what_cannot_be_downloaded_is_one_sentence(name, words):
    with pytest.raises(ScaleLabError, match=words):
        download(name)


def test_the_catalogue_has_mirrors_first_and_a_checksum_for_all():
    files = [file for group in catalogue.DOWNLOADS.values() for file in group]
    assert len({file.path for file in files}) == 5
    for file in files:
        assert file.checksum.startswith("md5:")
        assert len(file.checksum) == 36
        assert len(set(file.urls)) == len(file.urls) >= 3
    assert "toronto.edu" in catalogue.CIFAR10_ARCHIVE.urls[-1]
    assert not any("toronto.edu" in url for url in catalogue.CIFAR10_ARCHIVE.urls[:-1])
