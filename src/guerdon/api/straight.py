"""Straight: which route an address is of, found by its parts; looking one up as the framework does costs more than the rest of a request.

An address that is not found here goes to the framework, which says why there is no such route.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, Final

from litestar import Request
from litestar.handlers import HTTPRouteHandler
from litestar.types import ASGIApp

Route = Callable[["Request[Any, Any, Any]"], Awaitable[ASGIApp]]
Found = tuple[Route, dict[str, str]]
"""A route, and what its parameters are."""


class Straight:
    """The routes of an interface, below a prefix; `{name:str}` stands for one part of an address."""

    def __init__(self, prefix: str, routes: Iterable[HTTPRouteHandler]) -> None:
        self._whole: Final[dict[tuple[str, str], Found]] = {}
        self._parted: Final[dict[tuple[str, int], list[tuple[list[str], Route]]]] = {}
        for route in routes:
            for path in route.paths:
                for method in route.http_methods:
                    self._add(str(method), prefix + path, route.fn)

    def _add(self, method: str, path: str, route: Route) -> None:
        if "{" not in path:
            self._whole[method, path] = (route, {})
            return
        parts = [part.partition(":")[0] + "}" if part.startswith("{") else part for part in path.split("/")]
        self._parted.setdefault((method, len(parts)), []).append((parts, route))

    def methods(self, path: str) -> list[str]:
        """Return the methods that an address has; none when there is no such address."""
        return [method for method in ("GET", "POST") if self.find(method, path) is not None]

    def find(self, method: str, path: str) -> Found | None:
        """Return the route of an address, and what stands for its parameters; None when there is none."""
        found = self._whole.get((method, path))
        if found is not None:
            return found
        stated = path.split("/")
        for parts, route in self._parted.get((method, len(stated)), ()):
            told = {}
            for part, one in zip(parts, stated, strict=True):
                if part.startswith("{") and one:
                    told[part[1:-1]] = one
                elif part != one:
                    break
            else:
                return route, told
        return None
