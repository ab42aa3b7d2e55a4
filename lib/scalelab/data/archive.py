"""The files inside a folder or a .tar.gz, one at a time, without unpacking to disk."""

import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from scalelab.errors import ScaleLabError

# The largest real file is 31 MB; a member that claims more than this is not read into memory.
LARGEST_MEMBER = 512 * 2**20


def read_members(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    """(file name, content) of every file in `path` that is `wanted`: by name in a folder, as packed in an archive.

    Only the last part of a packed name counts, and nothing is written, so no name can reach outside.
    Raises ScaleLabError for a missing path, a file that is no .tar.gz, and one that ends too early.
    """
    if not path.exists():
        raise ScaleLabError(f"Expected a folder or a .tar.gz at {path} but nothing is there; check the path.")
    try:
        yield from _read_folder(path, wanted) if path.is_dir() else _read_archive(path, wanted)
    except OSError as error:
        raise ScaleLabError(f"Could not read {error.filename or path} ({error.strerror}); check its rights.") from error


def _read_folder(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    for file in sorted(path.iterdir()):
        if wanted(file.name) and file.is_file():
            yield file.name, file.read_bytes()


def _read_archive(path: Path, wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    with path.open("rb") as file:
        if file.read(2) != b"\x1f\x8b":
            raise ScaleLabError(f"Expected a .tar.gz at {path} but it is not gzip-compressed; download it again.")
    try:
        with gzip.open(path) as stream:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    name = member.name.rpartition("/")[2]
                    if member.isfile() and wanted(name):
                        yield name, _content(archive, member, path)
            # Without this, an archive that ends between two members would pass for a whole one.
            while stream.read(2**20):
                pass
    except (EOFError, zlib.error) as error:
        raise ScaleLabError(f"The archive {path} is truncated or damaged ({error}); download it again.") from error
    except (tarfile.TarError, gzip.BadGzipFile) as error:
        raise ScaleLabError(f"Expected a .tar.gz at {path} but it is not a tar ({error}); get it again.") from error


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> bytes:
    if member.size > LARGEST_MEMBER:
        raise ScaleLabError(f"{member.name} in {path} claims {member.size} bytes, far too many; download it again.")
    content = archive.extractfile(member)
    assert content is not None  # it is a file, so it has one
    return content.read()
