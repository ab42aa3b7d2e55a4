"""A room with walls for programs that strangers wrote: Linux namespaces by bubblewrap, and caps by the kernel."""

from scalelab.sandbox.available import choice, enclose, require, trouble
from scalelab.sandbox.caps import Caps
from scalelab.sandbox.control_groups import Group, make_group
from scalelab.sandbox.deleted_files import Unseen, in_memory, on_disk
from scalelab.sandbox.disk_usage import over_cap
from scalelab.sandbox.enclose import Walls

__all__ = [
    "Caps", "Group", "Unseen", "Walls",
    "choice", "enclose", "in_memory", "make_group", "on_disk", "over_cap", "require", "trouble",
]  # fmt: skip
