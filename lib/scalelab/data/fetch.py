"""One file over HTTP, continued where the last attempt stopped: a downloader for pooch."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import requests
from tqdm import tqdm

from scalelab.errors import ScaleLabError
from scalelab.files.lock import take

# Seconds to reach a mirror, and seconds without a byte before the next one is tried.
TIMEOUT = (5, 20)
_CHUNK = 2**16


class ResumingDownloader:
    """Called by pooch as downloader(url, output_file, pooch); `part` is kept until its bytes are all there.

    The part file belongs to the content, not to the address: every mirror serves the same bytes, so one mirror
    continues what another began. `resumed` tells whether this happened, since the earlier bytes may be the bad ones.
    """

    def __init__(self, part: Path, progress: bool):
        self.part = part
        self.progress = progress
        self.resumed = False

    def __call__(self, url: str, output_file: str, pooch: object) -> None:
        with _locked(self.part) as file:
            self._receive(url, file)
            self.part.replace(output_file)

    def _receive(self, url: str, file: BinaryIO) -> None:
        have = file.seek(0, 2)
        headers = {"Accept-Encoding": "identity", **({"Range": f"bytes={have}-"} if have else {})}
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT) as response:
            if have and response.status_code == 416:
                self.resumed = True  # nothing is left to send; the checksum decides
                return
            response.raise_for_status()
            start = _first_byte(response)
            self.resumed = 0 < start == have
            if not self.resumed:
                # The server sends the whole file, whatever was asked.
                file.seek(0)
                file.truncate()
            self._save(response, file)

    def _save(self, response: requests.Response, file: BinaryIO) -> None:
        have = file.tell()
        rest = response.headers.get("Content-Length")
        total = have + int(rest) if rest else None
        name = self.part.name.removesuffix(".part")
        with tqdm(
            total=total, initial=have, unit="B", unit_scale=True, desc=name, disable=not self.progress
        ) as progress:
            for chunk in response.iter_content(_CHUNK):
                file.write(chunk)
                progress.update(len(chunk))


def _first_byte(response: requests.Response) -> int:
    if response.status_code != 206:
        return 0
    span = response.headers.get("Content-Range", "").removeprefix("bytes ")
    first = span.partition("-")[0]
    if not first.isdecimal():
        raise requests.RequestException("the server sent a part of the file without saying which")
    return int(first)


@contextmanager
def _locked(part: Path) -> Iterator[BinaryIO]:
    with part.open("a+b") as file:
        if not take(file.fileno(), wait=False):
            raise ScaleLabError(f"Another download into {part} is running; wait until it ends, or end it first.")
        try:
            yield file
        finally:
            # A mirror that was never reached leaves nothing to continue.
            if part.exists() and not part.stat().st_size:
                part.unlink()
