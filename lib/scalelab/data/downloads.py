"""Get a data set from the first mirror that serves the publisher's bytes."""

import logging
from pathlib import Path
from urllib.parse import urlsplit

from scalelab.data.catalogue import DOWNLOADS, RemoteFile
from scalelab.errors import ScaleLabError
from scalelab.files.cache import cache_folder


def download(name: str, folder: Path | None = None, progress: bool = True) -> Path:
    """The archive ("cifar10") or the folder of files ("fashion_mnist"), downloaded into `folder` or the cache.

    What is there already and has the right checksum is kept; what was interrupted is continued.
    Raises ScaleLabError for an unknown name, a folder that cannot be written, and when every mirror failed.
    """
    if name == "standin":
        raise ScaleLabError("The stand-in images are generated, so there is nothing to download; just use them.")
    if name not in DOWNLOADS:
        raise ScaleLabError(f"Expected one of {', '.join(DOWNLOADS)} to download but got {name}; choose one of them.")
    folder = Path(folder) if folder is not None else cache_folder()
    files = [_fetch(file, folder, progress) for file in DOWNLOADS[name]]
    return files[0] if len(files) == 1 else files[0].parent


def _fetch(file: RemoteFile, folder: Path, progress: bool) -> Path:
    """The first mirror whose bytes have the checksum; a wrong one is no reason to stop."""
    target = folder / file.path
    failures = []
    for url in file.urls:
        reason = _try_mirror(url, file.checksum, target, progress)
        if reason is None:
            return target
        failures.append(f"{urlsplit(url).netloc} {reason}")
    raise ScaleLabError(
        f"Could not download {target.name} ({', '.join(failures)}); check the network and try again, "
        f"or get {file.urls[-1]} by hand and put it at {target}."
    )


def _try_mirror(url: str, checksum: str, target: Path, progress: bool) -> str | None:
    """None when `target` is there and right, else why it is not."""
    # pooch and requests take half a second to import, which only a download should pay for.
    import pooch
    import requests

    from scalelab.data.fetch import ResumingDownloader

    pooch.get_logger().setLevel(logging.WARNING)  # it announces every download on the terminal
    downloader = ResumingDownloader(target.with_name(f"{target.name}.part"), progress)
    for _ in range(2):
        try:
            pooch.retrieve(url, checksum, target.name, target.parent, downloader=downloader)
            return None
        except requests.RequestException as error:
            return _reason(error)
        except ValueError:  # how pooch reports a wrong checksum; it has removed the file
            if not downloader.resumed:
                return "sent other bytes than the publisher's"
        except OSError as error:
            raise ScaleLabError(
                f"Could not write {target} ({error.strerror or error}); free some space or choose another folder."
            ) from error
    return "sent other bytes than the publisher's"


def _reason(error: Exception) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return "did not answer in time"
    if isinstance(error, requests.HTTPError):
        return f"answered {error.response.status_code}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "ended too early"
    if isinstance(error, requests.ConnectionError):
        return "could not be reached"
    return f"failed with {type(error).__name__}"
