"""Answers: what was answered to a request that a caller named by a key, so that asking again is answered the same.

Invariant: a caller's key stands for one request; `asked` is the hash of it, and another request under the key is refused by
whoever asks here.
"""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from guerdon.store import ordinary, tables
from guerdon.store.database import View, Work
from guerdon.store.statements import Insert
from guerdon.store.tables import answers

Name = tuple[str, str]
"""Who asked, and the key."""


class Answer(NamedTuple):
    """What was asked, and the answer; without a status it is still being worked out."""

    actor: str
    key: str
    asked: bytes
    status: int | None
    body: str | None
    created_at: int


_ADD: Final = Insert(tables.answers)


def claim(work: Work, programme: int, answer: Answer, *, stale_at: int = 0) -> Answer | None:
    """Claim a key, or return what there is under it.

    What is being worked out since before `stale_at` is taken over: whoever began it is gone.
    """
    if ordinary.add_if_new(work, answers, {"programme": programme, **answer._asdict()}):
        return None
    before = _locked(work, programme, (answer.actor, answer.key))
    if before is None or before.asked != answer.asked or before.status is not None or before.created_at >= stale_at:
        return before
    ordinary.change(work, answers, _key(programme, answer), answer._asdict())
    return None


def add(work: Work, programme: int, rows: Sequence[Answer]) -> None:
    """Write answers in the transaction of what they answer; a key that was claimed is a Conflict of code `taken`."""
    _ADD.add(work, programme, [(row.actor, row.key, *row[2:]) for row in sorted(rows, key=lambda row: row[:2])])


def settle(work: Work, programme: int, answer: Answer) -> bool:
    """Write the answer under a key that was claimed for the same; say whether it still is."""
    values = {"status": answer.status, "body": answer.body}
    return ordinary.change(work, answers, {**_key(programme, answer), "asked": answer.asked, "status": None}, values)


def release(work: Work, programme: int, name: Name) -> bool:
    """Let a key go whose request failed without an effect; say whether it was still being worked out."""
    key = {"programme": programme, "actor": name[0], "key": name[1], "status": None}
    return ordinary.take_away(work, answers, key) == 1


def find(view: View, programme: int, names: Iterable[Name]) -> dict[Name, Answer]:
    """Return what there is under keys."""
    rows = ordinary.found(view, answers, Answer._fields, {"programme": programme}, ["actor", "key"], names)
    return {(row[0], row[1]): Answer(*row) for row in rows}


def forget(work: Work, *, before: int) -> int:
    """Forget answers that are older than an instant; say how many there were."""
    return int(work.connection.execute(answers.delete().where(answers.c.created_at < before)).rowcount)


def forget_about(work: Work, programme: int, text: str) -> None:
    """Forget answers of a programme that hold a text."""
    about = answers.c.body.contains(text, autoescape=True)
    work.connection.execute(answers.delete().where(answers.c.programme == programme, about))


def _locked(work: Work, programme: int, name: Name) -> Answer | None:
    key = {"programme": programme, "actor": name[0], "key": name[1]}
    query = ordinary.chosen(answers, Answer._fields).where(ordinary.matches(answers, key)).with_for_update()
    return next((Answer(*row) for row in ordinary.rows_of(work, query)), None)


def _key(programme: int, answer: Answer) -> dict[str, object]:
    return {"programme": programme, "actor": answer.actor, "key": answer.key}
