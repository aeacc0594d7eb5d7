"""From method and path to the operation. The host plays no part: clients send odd ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import unquote

from stockpool_amazon_sim.sp_api.messages import ApiError, Operation

_Pattern = tuple[str | None, ...]
_Shape = tuple[int, str, str]


class Routes:
    """All operations by address."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        # An API is known by the first steps of its addresses, which are never parameters.
        self._by_shape: dict[_Shape, list[tuple[_Pattern, tuple[str, ...], str, Operation]]] = {}
        for operation in operations:
            steps = operation.path.strip("/").split("/")
            pattern = tuple(None if step.startswith("{") else step for step in steps)
            names = tuple(step[1:-1] for step in steps if step.startswith("{"))
            shape = self._by_shape.setdefault(_shape(steps), [])
            shape.append((pattern, names, operation.method, operation))
        for shape in self._by_shape.values():
            # `/fulfillmentOrders/preview` comes before `/fulfillmentOrders/{id}`.
            shape.sort(key=lambda route: len(route[1]))

    def find(self, method: str, path: str) -> tuple[Operation, Mapping[str, str]]:
        """The operation and its path's parameters, decoded.

        Raises:
            ApiError: 404 for an unknown path, 405 for a method that it does not take.
        """
        steps = path.strip("/").split("/")
        known = False
        for pattern, names, takes, operation in self._by_shape.get(_shape(steps), ()):
            if all(part is None or part == step for part, step in zip(pattern, steps, strict=True)):
                known = True
                if takes == method:
                    values = (
                        unquote(step)
                        for part, step in zip(pattern, steps, strict=True)
                        if part is None
                    )
                    return operation, dict(zip(names, values, strict=True))
        if known:
            raise ApiError(405, "InvalidInput", f"This address does not take {method}.")
        raise ApiError(404, "NotFound", "There is no operation at this address.")


def _shape(steps: Sequence[str]) -> _Shape:
    return len(steps), steps[0], steps[1] if len(steps) > 1 else ""
