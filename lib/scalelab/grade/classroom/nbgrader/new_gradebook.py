"""A new gradebook of nbgrader's gets its schema's version here, and not from a process that takes 3 s.

nbgrader starts `alembic heads` for it, by its name, which is found only where the environment has been activated.
"""

from functools import cache

import nbgrader.api
from alembic.script import ScriptDirectory
from nbgrader.dbutil import ALEMBIC_DIR


@cache
def version() -> str | None:
    """What `alembic heads` prints."""
    return ScriptDirectory(ALEMBIC_DIR).get_current_head()


def ask_in_process() -> None:
    """From now on nbgrader asks so, in this process."""
    nbgrader.api.get_alembic_version = version
