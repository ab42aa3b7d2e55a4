"""Control groups by plain files: where one can be made, and what is left of it where not all of it works."""

from pathlib import Path

import pytest

from scalelab.sandbox import Caps, control_groups, make_group

NAME = "scalelab-1-0"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Makes a tree of control_groups, folder: the controllers that it passes on, and puts this process into one."""

    def make(own: str, passed_on: dict[str, str]) -> Path:
        root = tmp_path / "cgroup"
        for folder, controllers in ({"": "", own: ""} | passed_on).items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / "cgroup.subtree_control").write_text(controllers)
        (root / "cgroup.controllers").write_text("cpu memory pids")
        (tmp_path / "own").write_text(f"0::/{own}\n")
        return root

    monkeypatch.setattr(control_groups, "ROOT", tmp_path / "cgroup")
    monkeypatch.setattr(control_groups, "OWN", tmp_path / "own")
    monkeypatch.setattr(control_groups, "NAME", NAME)
    monkeypatch.setattr(control_groups, "_remove", lambda folder: folder.rename(tmp_path / "removed"))
    return make


def test_a_group_is_made_in_the_nearest_one_that_passes_both_controllers_on(tree):
    """Never in our own: it holds processes, so it passes none on."""
    root = tree("user/app/session", {"": "memory pids", "user": "cpu memory pids", "user/app": "pids"})
    group = make_group(Caps(memory_gb=2, processes=40))
    folder = root / "user" / NAME
    assert group.folders == {"memory": folder, "pids": folder}
    assert ((folder / "memory.max").read_text(), (folder / "pids.max").read_text()) == ("2000000000", "40")
    assert (folder / "cgroup.procs").read_text().strip().isdigit()


@pytest.mark.parametrize("passed_on", [{}, {"user": "memory"}, {"user": "cpu pids"}])
def test_there_is_none_where_nobody_passes_them_on(tree, passed_on):
    tree("user/session", passed_on)
    assert make_group(Caps()) is None


def test_there_is_none_where_our_own_group_cannot_be_seen(tree):
    """As in a container that has a control group namespace, seen from a process that was moved into it."""
    tree("../elsewhere", {"": "memory pids"})
    assert make_group(Caps()) is None


@pytest.mark.parametrize(("broken", "works"), [("memory.max", "pids"), ("pids.max", "memory")])
def test_a_cap_that_fails_does_not_take_the_other_ones_folder_away(tree, broken, works):
    folder = tree("user/session", {"user": "memory pids"}) / "user" / NAME
    (folder / broken).mkdir(parents=True)
    group = make_group(Caps())
    assert group.folders == {works: folder}
    assert folder.is_dir()


def test_a_group_that_cannot_be_joined_is_none_and_leaves_nothing(tree):
    folder = tree("user/session", {"user": "memory pids"}) / "user" / NAME
    (folder / "cgroup.procs").mkdir(parents=True)
    assert make_group(Caps()) is None
    assert not folder.exists()
