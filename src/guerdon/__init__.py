"""Guerdon: an open loyalty engine; a programme is one readable file, one fold decides, every point can be explained.

Importing this loads nothing heavy: each name below is fetched when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from guerdon.app.ledger import Ledger
    from guerdon.app.programmes import Programme, load, loads
    from guerdon.app.rating import explain, ledger, page, rate
    from guerdon.app.statement import Row, Statement
    from guerdon.app.transactions import Customer, Line, Transaction
    from guerdon.core.errors import GuerdonError, Invalid, NotFound
    from guerdon.core.explain import Explanation, Page, sentences
    from guerdon.core.strategies import Fact, Strategy

__all__ = [
    "Customer",
    "Explanation",
    "Fact",
    "GuerdonError",
    "Invalid",
    "Ledger",
    "Line",
    "NotFound",
    "Page",
    "Programme",
    "Row",
    "Statement",
    "Strategy",
    "Transaction",
    "explain",
    "ledger",
    "load",
    "loads",
    "page",
    "rate",
    "sentences",
]

_HOMES: Final = {
    "guerdon.app.ledger": ("Ledger",),
    "guerdon.app.programmes": ("Programme", "load", "loads"),
    "guerdon.app.rating": ("explain", "ledger", "page", "rate"),
    "guerdon.app.statement": ("Row", "Statement"),
    "guerdon.app.transactions": ("Customer", "Line", "Transaction"),
    "guerdon.core.errors": ("GuerdonError", "Invalid", "NotFound"),
    "guerdon.core.explain": ("Explanation", "Page", "sentences"),
    "guerdon.core.strategies": ("Fact", "Strategy"),
}

if not TYPE_CHECKING:  # a checker that saw this would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Fetch a public name from where it lives."""
        for home, names in _HOMES.items():
            if name in names:
                return globals().setdefault(name, getattr(import_module(home), name))
        message = f"module 'guerdon' has no attribute {name!r}"
        raise AttributeError(message)

    def __dir__() -> list[str]:
        """List the public names."""
        return sorted({*globals(), *__all__})
