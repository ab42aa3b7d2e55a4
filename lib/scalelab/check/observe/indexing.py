"""Watches tensors that are indexed, X[batch], and sees that nothing else changes by it.

With a `__getitem__` written in Python, tensors count as sequences, and `torch.tensor([correct.sum(), 5])` then asks the
0-d one for its length. Where it fails for that, it is given numbers in their place.
"""

import functools
from collections.abc import Callable
from typing import Any

import torch
from torch.jit import _builtins
from torch.utils._pytree import tree_leaves, tree_map

from scalelab.check.observe.hook import around, hook

Watcher = Callable[[torch.Tensor, Any, torch.Tensor], None]
MAKERS = ("tensor", "as_tensor")


def watch_indexing(watcher: Watcher) -> None:
    """Call `watcher(tensor, key, result)` after each `tensor[key]`."""
    original = torch.Tensor.__getitem__

    def getitem(tensor: torch.Tensor, key: Any) -> torch.Tensor:
        result = original(tensor, key)
        watcher(tensor, key, result)
        return result

    hook(torch.Tensor, "__getitem__", getitem)
    for name in MAKERS:
        operator = _builtins._find_builtin(getattr(torch, name))
        around(torch, name, _made_of_numbers_too)
        _builtins._register_builtin(getattr(torch, name), operator)  # by this TorchScript knows it


def _made_of_numbers_too(make: Callable[..., torch.Tensor], data: Any, *more: Any, **options: Any) -> torch.Tensor:
    try:
        return make(data, *more, **options)
    except TypeError:
        leaves = tree_leaves(data)
        if not any(isinstance(leaf, torch.Tensor) and not leaf.ndim for leaf in leaves):
            raise
        if not more and options.get("dtype") is None:
            options["dtype"] = functools.reduce(torch.promote_types, (torch.as_tensor(leaf).dtype for leaf in leaves))
        return make(tree_map(_number, data), *more, **options)


def _number(leaf: object) -> object:
    return leaf.item() if isinstance(leaf, torch.Tensor) and not leaf.ndim else leaf
