"""A sandbox for strangers' programs: Linux namespaces by bubblewrap, and caps by the kernel."""

from scalelab.sandbox.available import choice, require, trouble, wrap_command
from scalelab.sandbox.caps import Caps
from scalelab.sandbox.control_groups import Group, make_group
from scalelab.sandbox.deleted_files import DeletedFiles, in_memory, on_disk
from scalelab.sandbox.disk_usage import over_cap
from scalelab.sandbox.sandbox_spec import SandboxSpec

__all__ = [
    "Caps", "DeletedFiles", "Group", "SandboxSpec",
    "choice", "in_memory", "make_group", "on_disk", "over_cap", "require", "trouble", "wrap_command",
]  # fmt: skip
