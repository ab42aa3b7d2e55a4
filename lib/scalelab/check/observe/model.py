"""Follows the script's calls of its model, and hurries those of a slow script once enough was observed in full.

A hurried call gives back an earlier output of the same shape, joined to the parameters by gradients of zero. So the
data, the optimizer and the collective calls go on as before, and an epoch of any size ends within seconds. A model that
does more in a call than to give back its output is never hurried: one with hooks, or that keeps what it has computed.
What cannot be seen from here, a value kept elsewhere, may break the script later; so the rank leaves a note that it was
hurried, and whoever sees it fail runs it once more as it is (UNHURRIED).
"""

from typing import Any

import torch
from torch.nn.parallel import DistributedDataParallel
from torch.utils import _pytree as tree

from scalelab.check.events import HURRIED, UNHURRIED
from scalelab.check.observe.batches import Batches, Candidate
from scalelab.check.observe.hook import hook
from scalelab.check.observe.observer import Rank
from scalelab.check.observe.steps import is_shard
from scalelab.check.observe.untrained import UntrainedNetworks

UNHURRIED_SECONDS = 1.0  # since the first step: what is over by then need not be hurried
HOOKS = ("_forward_hooks", "_forward_pre_hooks", "_backward_hooks", "_backward_pre_hooks")


class Joined(torch.autograd.Function):
    """Gives `output` as it is; the gradient of every parameter is zero."""

    @staticmethod
    def forward(context: Any, output: torch.Tensor, *parameters: torch.Tensor) -> torch.Tensor:
        """The output as it is, with the parameters remembered."""
        context.save_for_backward(*parameters)
        return output.clone()

    @staticmethod
    def backward(context: Any, gradient: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        """The gradient as it is, and zeros for the parameters."""
        return None, *(torch.zeros_like(parameter) for parameter in context.saved_tensors)


def install(rank: Rank, batches: Batches) -> None:
    """Put an observer around the call of every module; only the outermost with weights is the model's."""
    call = torch.nn.Module.__call__
    kept: dict[tuple[Any, ...], object] = {}
    depth = 0

    unhurried = (rank.traces / UNHURRIED).exists()
    untrained = UntrainedNetworks(rank)

    def observed(module: torch.nn.Module, *arguments: Any, **options: Any) -> Any:
        nonlocal depth
        # DistributedDataParallel must see each forward; what it wraps is hurried, and it goes on averaging.
        if depth or next(module.parameters(), None) is None or isinstance(module, DistributedDataParallel):
            return call(module, *arguments, **options)
        inputs = [leaf for leaf in tree.tree_leaves((arguments, options)) if isinstance(leaf, torch.Tensor)]
        candidate = _tell(batches, module, inputs)
        if torch.is_grad_enabled():
            note_trainable(rank, module)
        else:
            untrained.called(module)
        key = (id(module), torch.is_grad_enabled(), tuple((leaf.shape, leaf.dtype) for leaf in inputs))
        if key in kept and not (unhurried or rank.in_full or rank.seconds() < UNHURRIED_SECONDS):
            (rank.traces / f"{HURRIED}{rank.rank}").touch()
            return _followed(candidate, _hurried(module, inputs, kept[key]))
        _await_exchange(rank, module)
        held = None if key in kept else _held(module)
        depth += 1
        try:
            output = call(module, *arguments, **options)
        finally:
            depth -= 1
        if held is not None and held == _held(module) and _can_hurry(output):
            kept[key] = tree.tree_map(lambda leaf: leaf.detach() if isinstance(leaf, torch.Tensor) else leaf, output)
        return _followed(candidate, output)

    hook(torch.nn.Module, "__call__", observed)


def note_trainable(rank: Rank, module: torch.nn.Module) -> None:
    """Its parameters are those of a model that is called."""
    if not rank.step:
        rank.called |= {id(parameter) for parameter in module.parameters() if parameter.requires_grad}


def _await_exchange(rank: Rank, module: torch.nn.Module) -> None:
    """Weights in shards are gathered by the forward, and their gradients averaged by the backward."""
    if rank.engine == "horovod":
        return
    kind = type(module).__name__  # asked by name, since importing it takes half a second
    rank.sharded = rank.sharded or kind.startswith(("FSDP", "FullySharded")) or any(map(is_shard, module.parameters()))
    if rank.sharded and torch.is_grad_enabled():
        rank.awaited[id(module)] = sum(parameter.numel() for parameter in module.parameters())


def _tell(batches: Batches, module: torch.nn.Module, inputs: list[torch.Tensor]) -> Candidate | None:
    if not inputs:
        return None
    if torch.is_grad_enabled():
        return batches.forward(module, inputs[0])
    batches.evaluate(inputs[0])
    return None


def _followed(candidate: Candidate | None, output: object) -> object:
    """The output, watched for a backward that passes through it."""
    leaves = tree.tree_leaves(output) if candidate else []
    for leaf in leaves:
        if isinstance(leaf, torch.Tensor) and leaf.requires_grad:
            leaf.register_hook(lambda _gradient: setattr(candidate, "trained", True))
    return output


def _held(module: torch.nn.Module) -> dict[tuple[int, str], int] | None:
    """What the model and its parts hold beside weights and buffers, by identity; None where a hook looks on."""
    parts = list(module.modules())
    if any(getattr(part, hooks) for part in parts for hooks in HOOKS):
        return None
    return {(id(part), name): id(value) for part in parts for name, value in vars(part).items() if name != "training"}


def _can_hurry(output: object) -> bool:
    """Whether the output holds tensors, and nothing but plain containers around them."""
    leaves = tree.tree_leaves(output)
    return bool(leaves) and all(isinstance(leaf, torch.Tensor | int | float | None) for leaf in leaves)


def _hurried(module: torch.nn.Module, inputs: list[torch.Tensor], kept: object) -> object:
    joined = [t for t in (*module.parameters(), *inputs) if t.requires_grad] if torch.is_grad_enabled() else []

    def give(leaf: object) -> object:
        if not isinstance(leaf, torch.Tensor):
            return leaf
        return Joined.apply(leaf, *joined) if joined and leaf.is_floating_point() else leaf.clone()

    return tree.tree_map(give, kept)
