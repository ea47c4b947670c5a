"""Laws of lots, asked of generated terms and histories, and the plain model that the engine must equal."""

import os
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from guerdon.core.effects import (
    EARNED,
    EXPIRED,
    HELD,
    INDEBTED,
    KINDS,
    REDEEMED,
    RELEASED,
    RESTORED,
    SETTLED,
    SPENT,
    USABLE,
    Effect,
    Effects,
)  # fmt: skip
from guerdon.core.events import Event, in_order, read_event, values_of
from guerdon.core.facts import Facts
from guerdon.core.history import facts_of
from guerdon.core.lots.pocket import Pocket
from guerdon.core.programme import Programme
from guerdon.core.rating import Fold
from guerdon.core.statement import Statement
from guerdon.definition.check import load_text
from tests.core.generated import written
from tests.core.lots.model import FOREVER, Model, Row

Made = dict[str, Any]

EXAMPLES = 20_000 if os.environ.get("GUERDON_PROOF") == "1" else 500 if os.environ.get("GUERDON_INSTALLED") else 100
law = settings(max_examples=EXAMPLES, deadline=None)

ZONES = ("America/New_York", "Europe/Paris", "UTC")
LENGTHS = ((1, "day"), (10, "day"), (1, "month"), (2, "month"))
START = datetime(2024, 1, 29, 12, tzinfo=UTC)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@st.composite
def terms(draw: st.DrawFn) -> Made:
    """Return the terms on which points are kept, as the model reads them."""
    made: Made = {}
    policy = draw(st.sampled_from(("never", "after", "idle")))
    if policy != "never":
        made[policy] = draw(st.sampled_from(LENGTHS))
    if policy == "after":
        made["month_end"] = draw(st.booleans())
        if draw(st.booleans()):
            made["extended_by"] = draw(st.sampled_from(LENGTHS))
    if draw(st.booleans()):
        made["pending"] = draw(st.sampled_from(LENGTHS))
        made["from_usable"] = draw(st.booleans())
    if draw(st.booleans()):
        made["cap"] = draw(st.sampled_from((0, 20, 50)))
        made["over_pending"] = draw(st.booleans()) and "pending" not in made
    if draw(st.booleans()):
        made["hold_for"] = draw(st.sampled_from(LENGTHS))
    made["restore"] = draw(st.sampled_from(("grace", "original_date", "new_lot")))
    return made


def length(stated: tuple[int, str]) -> str:
    return f"{stated[0]} {stated[1]}s"


def _extended(stated: Made) -> Made:
    return {"extended_by": length(stated["extended_by"])} if "extended_by" in stated else {}


def programme_of(stated: Made, zone: str, **more: Any) -> Programme:  # noqa: ANN401 - whatever a file may say
    """Return the programme that says so, and more if there is more to say."""
    unit: Made = {}
    for key in ("after", "idle"):
        if key in stated:
            unit["expiry"] = (
                {key: length(stated[key])}
                | _extended(stated)
                | ({"to": "month_end"} if stated.get("month_end") else {})
            )
    if "pending" in stated:
        unit["pending"] = {"for": length(stated["pending"])}
        if stated["from_usable"]:
            unit["pending"]["expires_from"] = "usable"
    if "cap" in stated:
        unit |= {"cap": stated["cap"], "over_cap": "pending" if stated["over_pending"] else "lost"}
    made: Made = {
        "format": 1, "programme": "p", "zone": zone, "currency": "USD", "units": {"points": unit},
        "rules": [{"id": "base", "give": "floor(amount)"}],
        "redemptions": ({"hold_for": length(stated["hold_for"])} if "hold_for" in stated else {})
        | ({"restore": stated["restore"]} if stated.get("restore", "grace") != "grace" else {}),
    }  # fmt: skip
    return load_text(written(made | more))


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return events of one account, an instant apart or more."""
    made: list[Made] = []
    at = START
    for number in range(draw(st.integers(1, 14))):
        at += timedelta(hours=draw(st.sampled_from((1, 11, 24, 24 * 9, 24 * 31))), minutes=draw(st.integers(0, 2)))
        record: Made = {"id": f"e{number:02d}", "member": "ana", "at": at.isoformat()}
        what = draw(st.sampled_from(("buy", "buy", "spend", "reserve", "confirm", "cancel")))
        if what == "buy":
            record["amount"] = draw(st.sampled_from((0, 1, 10, 30, 100)))
        else:
            record |= {"type": "redemption"}
            if what in ("spend", "reserve"):
                record["points"] = draw(st.sampled_from((1, 5, 20, 60)))
            if what != "spend":
                record["step"] = what
            if what in ("confirm", "cancel"):
                record["reservation"] = f"e{draw(st.integers(0, max(number - 1, 0))):02d}"
            if what == "cancel" and draw(st.booleans()):
                record["points"] = draw(st.sampled_from((0, 1, 5, 20)))
        made.append(record)
    return made


def modelled(stated: Made, zone: str, history: list[Made]) -> Model:
    """Return the model after the history and all that falls due after it."""
    model = Model(stated, zone)
    for record in history:
        at = datetime.fromisoformat(record["at"]).astimezone(UTC)
        model.settle_until(at)
        if record.get("type") == "redemption":
            model.redeem(
                at, record["id"], record.get("step", ""), record.get("points", -1), record.get("reservation", "")
            )
        else:
            model.earn(at, record["id"], int(record["amount"]))
    model.settle_until(FOREVER - timedelta(days=1))
    return model


def events_of(made: Programme, history: list[Made]) -> list[Event]:
    return in_order([read_event(made.terms, record, default_id="") for record in history])


def facts(made: Programme, events: list[Event]) -> Facts:
    return facts_of(made, events, [values_of(one, made.terms) for one in events])


def folded(made: Programme, events: list[Event]) -> Fold:
    """Return the fold after all that falls due after the events."""
    fold = Fold(made, Effects())
    fold.run(facts(made, events), Statement(made.zone, len(made.units)), keep_effects=True)
    fold.fall_due(2**59)
    return fold


def pocket_of(fold: Fold) -> Pocket:
    assert fold.purse is not None
    return fold.purse.pockets[0]


def row_of(effect: Effect, events: list[Event]) -> Row:
    lot = events[effect.of].id if effect.of >= 0 else ""
    return KINDS[effect.kind], EPOCH + timedelta(microseconds=effect.at), events[effect.event].id, lot, effect.granted


@law
@given(terms(), st.sampled_from(ZONES), histories())
def test_the_engine_says_what_the_plain_model_says(stated: Made, zone: str, history: list[Made]) -> None:
    made = programme_of(stated, zone)
    events = events_of(made, history)
    fold = folded(made, events)
    found = [row_of(effect, events) for effect in fold.effects.rows() if effect.kind not in (EARNED, REDEEMED)]
    model = modelled(stated, zone, history)
    assert found == model.rows
    assert [(lot.original, lot.remaining, lot.spent, lot.expired, lot.held) for lot in pocket_of(fold).lots] == [
        (lot.original, lot.remaining, lot.spent, lot.expired, lot.held) for lot in model.account.lots
    ]


@law
@given(terms(), st.sampled_from(ZONES), histories())
def test_lots_add_up_and_so_do_balances(stated: Made, zone: str, history: list[Made]) -> None:
    made = programme_of(stated, zone)
    fold = folded(made, events_of(made, history))
    pocket = pocket_of(fold)
    for lot in pocket.lots:
        assert lot.original == lot.remaining + lot.spent + lot.expired + lot.reversed
        assert min(lot.remaining, lot.spent, lot.expired, lot.reversed, lot.held, lot.pending, lot.free()) >= 0
    remaining = sum(lot.remaining for lot in pocket.lots)
    assert pocket.total() == remaining - pocket.debt == pocket.pending + pocket.available + pocket.held - pocket.debt
    assert pocket.debt == 0 or pocket.available == 0


POSTINGS = {
    EARNED: ("issued", "account"), SPENT: ("account", "redeemed"), EXPIRED: ("account", "breakage"),
    INDEBTED: ("debt", "redeemed"), SETTLED: ("account", "debt"), USABLE: ("account", "account"),
    HELD: ("account", "account"), RELEASED: ("account", "account"), REDEEMED: ("account", "account"),
    RESTORED: ("redeemed", "account"),
}  # fmt: skip


@law
@given(terms(), st.sampled_from(ZONES), histories())
def test_every_effect_is_two_postings_that_give_the_balance(stated: Made, zone: str, history: list[Made]) -> None:
    made = programme_of(stated, zone)
    fold = folded(made, events_of(made, history))
    books = dict.fromkeys(("issued", "account", "redeemed", "breakage", "debt"), 0)
    for effect in fold.effects.rows():
        source, to = ("redeemed", "debt") if effect.kind == RESTORED and effect.of < 0 else POSTINGS[effect.kind]
        books[source] -= effect.granted
        books[to] += effect.granted
    assert sum(books.values()) == 0
    assert books["account"] + books["debt"] == pocket_of(fold).total()


@law
@given(terms(), st.sampled_from(ZONES), histories())
def test_nothing_kept_expires_before_something_spent(stated: Made, zone: str, history: list[Made]) -> None:
    made = programme_of({key: value for key, value in stated.items() if key in ("after", "month_end")}, zone)
    spends = [record for record in history if "step" not in record]
    fold = folded(made, events_of(made, spends))
    lots = {lot.event: lot for lot in pocket_of(fold).lots}
    left = {int(event): lot.original for event, lot in lots.items()}
    for effect in fold.effects.rows():
        if effect.kind == SPENT:
            sooner = [
                lot
                for event, lot in lots.items()
                if lot.expires_at < lots[effect.of].expires_at and event < effect.event
            ]
            assert all(left[int(lot.event)] == 0 for lot in sooner)
        if effect.kind in (SPENT, EXPIRED, SETTLED):
            left[effect.of] -= effect.granted


@law
@given(terms(), st.sampled_from(ZONES), histories(), st.randoms(use_true_random=False), st.data())
def test_neither_arrival_nor_a_pause_changes_anything(
    stated: Made, zone: str, history: list[Made], order: Random, data: st.DataObject
) -> None:
    made = programme_of(stated, zone)
    shuffled = list(history)
    order.shuffle(shuffled)
    events = events_of(made, shuffled)
    whole = folded(made, events_of(made, history)).effects.rows()
    assert folded(made, events).effects.rows() == whole
    cut = data.draw(st.integers(0, len(events)))
    fold, statement = Fold(made, Effects()), Statement(made.zone, 1)
    every = facts(made, events)
    for event in range(len(events)):
        if event == cut:
            fold.fall_due(every.at.small_at(event) - 1)
        if fold.standing.account < 0:
            fold.standing.open(0, 0)
        fold.fall_due(every.at.small_at(event))
        fold.rate(every, event)
    fold.fall_due(2**59)
    statement.close()
    assert fold.effects.rows() == whole
