"""Processes that fold accounts for an import, while another one writes what they made.

Invariants:
* What goes wrong in one is told here in a sentence, and none outlives the import.
* What comes back is in the order in which it was sent.
"""

import gc
import multiprocessing
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Final, Self

from guerdon.batch.records import Part
from guerdon.core.errors import GuerdonError, Invalid
from guerdon.core.ledger.terms import Term, Terms
from guerdon.core.teller import Teller
from guerdon.services.history.life import Life, life_of
from guerdon.services.history.records import accounts_of, facts_in
from guerdon.services.published import Published, compiled_of


@dataclass(frozen=True)
class Folding:
    """What a process needs to fold accounts: a revision's files, the numbers of its terms, and until when."""

    programme: int
    revision: int
    files: Mapping[str, str]
    numbers: Mapping[Term, int]
    at: int

    def published(self) -> Published:
        """Return the programme, ready to rate."""
        compiled = compiled_of(self.files)
        terms = Terms(compiled, self.numbers)
        return Published(
            id=self.programme, revision=self.revision, programme=compiled, terms=terms, teller=Teller(compiled)
        )


def lives_of(published: Published, part: Part, *, at: int) -> list[Life]:
    """Return the accounts of a part that can be written whole: none of those that draw on what others do."""
    if part.shared:
        return []
    terms = published.programme.terms
    found = [
        life_of(published, name, facts_in(terms, part.columns, places, plenty=()), at=at)
        for name, places in accounts_of(part.columns)
    ]
    return [life for life in found if life is not None]


class Folders:
    """Processes that fold parts side by side."""

    def __init__(self, folding: Folding, count: int) -> None:
        self.folding: Final = folding
        self.processes: Final = [_Process(folding) for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self.processes:
            process.end()

    def fold(self, parts: Iterator[Part]) -> Iterator[tuple[Part, list[Life]]]:
        """Yield each part with what became of it, in order.

        A process gets its next part when it has given its answer: two that wait to be heard by each other would wait for ever.
        """
        busy: deque[tuple[_Process, Part]] = deque()
        for process in self.processes:
            _begin(process, parts, busy)
        while busy:
            process, part = busy.popleft()
            lives = process.receive()
            _begin(process, parts, busy)
            yield part, lives


class _Process:
    """One process, which answers in the order in which it is asked."""

    def __init__(self, folding: Folding) -> None:
        context = multiprocessing.get_context("spawn")
        self.here, there = context.Pipe()
        self.process: Final = context.Process(target=_work, args=(folding, there), daemon=True)
        self.process.start()
        there.close()

    def send(self, part: Part) -> None:
        """Hand the process a part."""
        with suppress(BrokenPipeError):  # the process has ended: it is asked why when its answer is awaited
            self.here.send(part)

    def receive(self) -> list[Life]:
        """Wait for the next answer."""
        try:
            found: list[Life] | str = self.here.recv()
        except (EOFError, ConnectionResetError):
            self.process.join()
            message = (
                f"a process that rated a part of the accounts ended early ({self.process.exitcode}); it may have lacked "
                "memory: run the import again with --processes 1, it goes on where it stopped"
            )
            raise Invalid(message) from None
        if isinstance(found, str):
            raise Invalid(found)
        return found

    def end(self) -> None:
        """End the process, whatever it does."""
        self.here.close()
        self.process.terminate()
        self.process.join()


def _begin(process: _Process, parts: Iterator[Part], busy: deque[tuple[_Process, Part]]) -> None:
    """Hand a process the next part, if there is one."""
    part = next(parts, None)
    if part is not None:
        process.send(part)
        busy.append((process, part))


def _work(folding: Folding, there: Connection) -> None:
    """Run in a process of its own: fold the parts that come, and tell what became of them or what went wrong."""
    try:
        published = folding.published()
        gc.disable()  # an import makes very many objects, and no cycles of them
        while True:
            there.send(lives_of(published, there.recv(), at=folding.at))
    except EOFError:
        return
    except (GuerdonError, MemoryError) as failure:
        there.send(str(failure) or "there is not enough memory")
    finally:
        there.close()
