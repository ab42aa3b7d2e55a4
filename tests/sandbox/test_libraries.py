"""Which library folders a program sees besides the system's."""

from scalelab.sandbox import bubblewrap
from scalelab.sandbox.bubblewrap import Bind
from scalelab.sandbox.libraries import folders_in


def test_folders_that_the_loader_knows_are_shown_and_others_are_not(tmp_path, monkeypatch):
    mpi, ucx, home = tmp_path / "opt/hpcx/ompi/lib", tmp_path / "opt/hpcx/ucx/lib", tmp_path / "home/lib"
    for folder in (mpi, ucx, home):
        folder.mkdir(parents=True)
    listing = f"2 libs found\n\tlibmpi.so.40 (libc6) => {mpi}/libmpi.so.40\n\tlibc.so.6 (libc6) => /lib/libc.so.6\n"
    monkeypatch.chdir(ucx.parent)  # a grader that was started below /opt does not show that folder
    search_path = f"{ucx}:{home}::{tmp_path}/opt/gone:{tmp_path}/opt/../home/lib:{tmp_path}/opt"
    assert folders_in(listing, search_path, tmp_path / "opt") == [mpi, ucx]


def test_they_are_laid_read_only(tmp_path, monkeypatch):
    monkeypatch.setattr(bubblewrap, "library_folders", lambda: [tmp_path])
    assert Bind(tmp_path, tmp_path, writable=False) in bubblewrap.python()
