"""Messages between real processes: torch.distributed's point-to-point calls over Gloo, counted on their way.

A `link` makes them slower on purpose: a message is handed over only when it would have come over a link of that latency
and bandwidth. So a network can be tried on one machine, without a right to change its settings.
"""

import time

import torch
import torch.distributed as dist
from torch import Tensor

from scalelab.parallel.collectives.cost_model import MessageCost
from scalelab.parallel.collectives.protocol import check_message, check_partner

DTYPES = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32]
HEADER = 24  # bytes: elements, type, nanoseconds when the message leaves
FIRST = 65_536  # bytes of what always comes first: the header, and as much of the values as fits


class GlooMessages:
    """`send` and `receive` of one rank; the process group must be there.

    `bytes_sent` and `messages` count what was sent, without the headers.
    """

    def __init__(self, link: MessageCost | None = None):
        self.rank, self.size, self.link = dist.get_rank(), dist.get_world_size(), link
        self.bytes_sent = self.messages = 0
        self.out_free = self.in_free = 0.0
        self.under_way: list[tuple[dist.Work, Tensor]] = []  # a tensor must live until it is sent

    def send(self, values: Tensor, to: int) -> None:
        """Give a copy to another rank; this never waits."""
        copy = check_message(values, to, self.rank, self.size).detach().contiguous().clone()
        size = copy.numel() * copy.element_size()
        leaves = max(time.monotonic(), self.out_free)
        self.out_free = leaves + (size / self.link.bandwidth if self.link else 0.0)
        header = torch.tensor([copy.numel(), DTYPES.index(copy.dtype), int(1e9 * leaves)])
        content = copy.view(torch.uint8)
        first = torch.zeros(FIRST, dtype=torch.uint8)
        first[:HEADER] = header.view(torch.uint8)
        first[HEADER : HEADER + size] = content[: FIRST - HEADER]
        for tensor in (first, content[FIRST - HEADER :]):
            if tensor.numel() and (work := dist.isend(tensor, to)):
                self.under_way.append((work, tensor))
        self.under_way = [(work, tensor) for work, tensor in self.under_way if not work.is_completed()]
        self.bytes_sent += size
        self.messages += 1

    def receive(self, source: int) -> Tensor:
        """Wait for the next message of another rank."""
        check_partner(source, self.rank, self.size, "receive from")
        first = torch.empty(FIRST, dtype=torch.uint8)
        dist.recv(first, source)
        elements, dtype, leaves = first[:HEADER].view(torch.int64).tolist()
        values = torch.empty(elements, dtype=DTYPES[dtype])
        content = values.view(torch.uint8)
        content[: FIRST - HEADER] = first[HEADER : HEADER + content.numel()]
        if content.numel() > FIRST - HEADER:
            dist.recv(content[FIRST - HEADER :], source)
        if self.link:
            arrives = max(leaves / 1e9 + self.link.latency, self.in_free)
            self.in_free = arrives + values.numel() * values.element_size() / self.link.bandwidth
            time.sleep(max(0.0, self.in_free - time.monotonic()))
        return values

    def finish(self) -> None:
        """Wait until all is sent."""
        for work, _ in self.under_way:
            work.wait()
        self.under_way = []
