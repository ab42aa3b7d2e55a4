"""A gradebook that we make is one that nbgrader would have made."""

import os
import sys
from pathlib import Path

import nbgrader.api
from nbgrader.api import Gradebook
from sqlalchemy import text

from scalelab.grade.classroom.nbgrader.new_gradebook import ask_in_process, version


def test_its_version_is_the_one_that_nbgrader_asks_alembic_for(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(nbgrader.api, "get_alembic_version", theirs := nbgrader.api.get_alembic_version)
    ask_in_process()
    with Gradebook(f"sqlite:///{tmp_path / 'gradebook.db'}") as gradebook:
        stored = gradebook.db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    assert stored == version() == theirs()
