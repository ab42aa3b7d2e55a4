"""A room with walls for programs that strangers wrote: Linux namespaces by bubblewrap, and caps by the kernel."""

from scalelab.sandbox.caps import Caps
from scalelab.sandbox.enclose import Walls
from scalelab.sandbox.groups import Group, make_group
from scalelab.sandbox.trial import choice, enclose, require, trouble
from scalelab.sandbox.unseen import Unseen, in_memory, on_disk
from scalelab.sandbox.usage import over_cap

__all__ = [
    "Caps", "Group", "Unseen", "Walls",
    "choice", "enclose", "in_memory", "make_group", "on_disk", "over_cap", "require", "trouble",
]  # fmt: skip
