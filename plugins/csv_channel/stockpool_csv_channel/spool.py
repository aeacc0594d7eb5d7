"""What a file was read into: a line for each order, each news and each problem, in its order.

A file is interpreted once, when it is taken; pages are cut from the result. So a page that is
asked for again is the same to the byte, whatever happened to the settings in between, and asking
for the thousandth page costs as much as asking for the first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pydantic import TypeAdapter

from stockpool.order_request import OrderRequest
from stockpool.plugins.channel import ChannelCancellation, ChannelRefund, OrderProblem
from stockpool.plugins.channel_returns import ChannelReturn
from stockpool.problems import Problem

_serialise = OrderRequest.__pydantic_serializer__.to_json
_parse = OrderRequest.__pydantic_validator__.validate_json


def write_order(file: BinaryIO, order: OrderRequest) -> None:
    """Add an order."""
    file.write(b"o" + _serialise(order, exclude_none=True) + b"\n")


def write_problem(file: BinaryIO, problem: OrderProblem) -> None:
    """Add a problem."""
    record = {
        "source": problem.source,
        "order": problem.channel_order_id,
        "problem": problem.problem.as_dict(),
    }
    file.write(b"p" + json.dumps(record).encode() + b"\n")


def write_news(file: BinaryIO, news: ChannelCancellation | ChannelRefund | ChannelReturn) -> None:
    """Add a cancellation, a refund or a return."""
    if isinstance(news, ChannelRefund):
        file.write(b"r" + _refund.dump_json(news) + b"\n")
    elif isinstance(news, ChannelReturn):
        file.write(b"b" + _return.dump_json(news) + b"\n")
    else:
        file.write(b"c" + _cancellation.dump_json(news) + b"\n")


_refund: TypeAdapter[ChannelRefund] = TypeAdapter(ChannelRefund)
_cancellation: TypeAdapter[ChannelCancellation] = TypeAdapter(ChannelCancellation)
_return: TypeAdapter[ChannelReturn] = TypeAdapter(ChannelReturn)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some records, and where the next ones start."""

    orders: Sequence[OrderRequest]
    problems: Sequence[OrderProblem]
    refunds: Sequence[ChannelRefund]
    cancellations: Sequence[ChannelCancellation]
    returns: Sequence[ChannelReturn]
    start: int
    end: int


def read(file: BinaryIO, offset: int, most: int) -> Slice:
    """Up to `most` records from `offset` on."""
    start = offset
    file.seek(offset)
    orders: list[OrderRequest] = []
    problems: list[OrderProblem] = []
    refunds: list[ChannelRefund] = []
    cancellations: list[ChannelCancellation] = []
    returns: list[ChannelReturn] = []
    for _ in range(most):
        line = file.readline()
        if not line:
            break
        offset += len(line)
        if line[:1] == b"o":
            orders.append(_parse(line[1:]))
        elif line[:1] == b"r":
            refunds.append(_refund.validate_json(line[1:]))
        elif line[:1] == b"c":
            cancellations.append(_cancellation.validate_json(line[1:]))
        elif line[:1] == b"b":
            returns.append(_return.validate_json(line[1:]))
        else:
            record = json.loads(line[1:])
            problem = Problem(**record["problem"])
            problems.append(OrderProblem(record["source"], problem, record["order"]))
    return Slice(orders, problems, refunds, cancellations, returns, start, offset)
