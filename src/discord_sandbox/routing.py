"""From a method and a path to what serves it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from discord_sandbox.errors import ApiError


class Routed(Protocol):
    """What can be found: a method and a path with {parameters}."""

    method: str
    template: str
    parameters: tuple[str, ...]


R = TypeVar("R", bound=Routed)


def parameters(template: str) -> tuple[str, ...]:
    """The names in a path's braces, in order."""
    return tuple(part[1:-1] for part in template.split("/") if part.startswith("{"))


@dataclass(slots=True)
class _Node(Generic[R]):
    fixed: dict[str, _Node[R]] = field(default_factory=dict)
    any: _Node[R] | None = None
    routes: dict[str, R] = field(default_factory=dict)


class Router(Generic[R]):
    """Finds routes by walking a path's segments; a fixed segment goes before a parameter."""

    def __init__(self, routes: Iterable[R]) -> None:
        self._root: _Node[R] = _Node()
        self._nowhere: _Node[R] = _Node()
        self.routes: list[R] = []
        self._places: dict[str, tuple[tuple[int, str], ...]] = {}
        for route in routes:
            self._add(route)

    def _add(self, route: R) -> None:
        node = self._root
        for part in route.template.strip("/").split("/"):
            if part.startswith("{"):
                if node.any is None:
                    node.any = _Node()
                node = node.any
            else:
                node = node.fixed.setdefault(part, _Node())
        parts = enumerate(route.template.strip("/").split("/"))
        self._places[route.template] = tuple(
            (at, part[1:-1]) for at, part in parts if part.startswith("{")
        )
        if route.method not in node.routes:
            node.routes[route.method] = route
            self.routes.append(route)

    def find(self, method: str, segments: list[str]) -> tuple[R, dict[str, str]] | None:
        """The route and its parameters. Raises ApiError 405 for another method's path."""
        # The first way tried nearly always leads to a route; only where not, look for others.
        node = self._root
        for part in segments:
            node = node.fixed.get(part) or node.any or self._nowhere
        route = node.routes.get(method) or self._walk(self._root, segments, 0, method)
        if route is not None:
            return route, {name: segments[at] for at, name in self._places[route.template]}
        if self._walk(self._root, segments, 0, None) is not None:
            raise ApiError(0, status=405, message="405: Method Not Allowed")
        return None

    def _walk(self, node: _Node[R], segments: list[str], at: int, method: str | None) -> R | None:
        """The route of a method below a node; of any method where none is given."""
        if at == len(segments):
            if method is None:
                return next(iter(node.routes.values()), None)
            return node.routes.get(method)
        fixed = node.fixed.get(segments[at])
        if fixed is not None:
            found = self._walk(fixed, segments, at + 1, method)
            if found is not None:
                return found
        return None if node.any is None else self._walk(node.any, segments, at + 1, method)
