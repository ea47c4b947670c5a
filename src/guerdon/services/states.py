"""Standings as the store keeps them: numbers packed into bytes, with what they were saved under.

Invariant: a standing that was saved under another revision or layout is never taken up; its account is folded anew.
"""

from typing import Final

import msgspec

from guerdon.core.calendar import EARLIEST
from guerdon.core.teller import FORMAT, Standing


class State(msgspec.Struct, array_like=True, frozen=True):
    """A standing, with the layout and the revision that it was saved under.

    Beside it: the last instant at which something fell due, and the numbers of refunds that wait for their purchases.
    """

    layout: int
    revision: int
    due_at: int
    waiters: tuple[int, ...]
    members: tuple[str, ...]
    cells: list[int]


NOTHING: Final = State(FORMAT, 0, EARLIEST, (), (), [])
"""The state of an account of which nothing happened."""

_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(State)


def packed(state: State) -> bytes:
    """Return a state as bytes."""
    return _encoder.encode(state)


def unpacked(kept: bytes | None) -> State:
    """Return the state in what the store kept."""
    return NOTHING if not kept else _decoder.decode(kept)


def standing_of(state: State) -> Standing:
    """Return the standing in a state, for a teller to take up."""
    return Standing(members=state.members, cells=tuple(state.cells))
