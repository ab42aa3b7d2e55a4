"""What findings say of a script of torch.distributed, where they name Horovod's functions for one of Horovod."""

import msgspec

from scalelab.check.report import Finding

# Within a message or a hint.
NAMES = {
    'hvd.allreduce(sums, op=hvd.Sum, name="sums")': "dist.all_reduce(sums)",
    "hvd.local_rank()": 'int(os.environ["LOCAL_RANK"])',
    "hvd.rank()": "dist.get_rank()",
    "hvd.size()": "dist.get_world_size()",
    "hvd.barrier()": "dist.barrier()",
}
# In the place of a whole hint, by the finding's id and what it is about.
HINTS = {
    ("not-initialized", ""): (
        "Call torch.distributed.init_process_group() at the beginning; torchrun has set all that it asks for."
    ),
    ("gradients-not-averaged", ""): (
        "Wrap the model, model = DistributedDataParallel(model), and call what that gives; or dist.all_reduce"
        " every gradient after backward(), and divide it by dist.get_world_size() before step()."
    ),
    ("gradients-not-averaged", "parameters"): ("Unfreeze, add or replace parameters first and wrap the model then."),
    ("gradients-not-averaged", "module"): (
        "Call the wrapped model, model(x), in training; model.module is for saving and for what one rank does alone."
    ),
    ("gradients-not-averaged", "no_sync"): (
        "Leave the last backward before each step() outside of no_sync(), its forward as well."
    ),
    ("gradients-scaled", ""): (
        "Take the mean: divide by dist.get_world_size() after dist.all_reduce, once; DistributedDataParallel "
        "takes the mean by itself, of losses as they are."
    ),
    ("weights-averaged", ""): (
        "Average the gradients before the step: DistributedDataParallel(model), or dist.all_reduce on every gradient."
    ),
    ("weights-not-broadcast", ""): (
        "Wrap the model in DistributedDataParallel before the first step, which gives all ranks the weights "
        "of rank 0, or dist.broadcast every parameter from rank 0."
    ),
    ("weights-not-broadcast", "later"): (
        "First make the whole model and load the checkpoint, on every rank; then wrap it."
    ),
    ("weights-not-broadcast", "alone"): (
        "What is loaded or set on one rank must be so on all: load on every rank, or dist.broadcast each "
        "tensor from the one."
    ),
    ("weights-not-broadcast", "untrained"): (
        "dist.broadcast its parameters from rank 0, or copy it from the trained model after that one was wrapped."
    ),
    ("optimizer-state-not-broadcast", ""): (
        "Load the checkpoint on every rank, before the first step; or send it from rank 0 with "
        "dist.broadcast_object_list."
    ),
    ("stalled", "alone"): (
        "The wrapped model fetches rank 0's buffers in each forward, from all ranks together: what one rank "
        "does alone, say an evaluation, it does with model.module."
    ),
    ("uneven-batches", ""): (
        "Give all ranks equally many batches (DistributedSampler does), agree on the smallest number before "
        "the epoch, or train inside `with Join([model]):`."
    ),
    ("parts-out-of-step", "broadcast"): ("Wrap the model, or broadcast its weights, before the first step."),
    ("parts-out-of-step", "twice"): ("Keep one of the two: DistributedDataParallel averages in backward(), by itself."),
}
# In the place of a whole message.
MESSAGES = {
    ("not-initialized", ""): (
        "torch.distributed was never initialised: the ranks are copies of a serial program, which know "
        "nothing of one another."
    ),
    ("gradients-not-averaged", "parameters"): (
        "Some gradients are each rank's own, although the model is wrapped: DistributedDataParallel averages "
        "only the parameters that were there, and not frozen, when it was made."
    ),
    ("gradients-not-averaged", "module"): (
        "The model is wrapped, and yet no forward goes through the wrapper, which would make the backward "
        "average: each rank steps by its own gradients."
    ),
    ("gradients-not-averaged", "no_sync"): (
        "The last forward or backward before step() is made under no_sync(), so nothing is averaged: each rank steps "
        "by its own gradients."
    ),
    ("weights-not-broadcast", "later"): (
        "The weights are made equal here, and yet the ranks make their first step from different ones: what "
        "is loaded, made or set after that is each rank's own."
    ),
    ("parts-out-of-step", "twice"): (
        "The gradients are averaged twice: by DistributedDataParallel, and by the script."
    ),
}


def in_torchs_words(finding: Finding) -> Finding:
    """The finding with the functions of torch.distributed for Horovod's."""
    key = (finding.id, finding.about)
    message, hint = MESSAGES.get(key, finding.message), HINTS.get(key, finding.hint)
    for horovods, torchs in NAMES.items():
        message, hint = message.replace(horovods, torchs), hint.replace(horovods, torchs)
    return msgspec.structs.replace(finding, message=message, hint=hint)
