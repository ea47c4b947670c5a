"""Refunds of generated purchases under generated programmes: the engine keeps what the plain model keeps, whatever way led there."""

from collections.abc import Mapping
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from guerdon.core.effects import EARNED, REVERSED
from guerdon.core.history import rate_events
from tests.core.events.returns_model import Key, ReturnsModel
from tests.core.generated import EXPRESSIONS, compiled, events_of, programmes, records
from tests.core.test_laws import EXAMPLES

Made = dict[str, Any]

law = settings(max_examples=max(EXAMPLES, 60))


@st.composite
def shops(draw: st.DrawFn) -> Made:
    """Return a programme whose rules do different things when goods come back; budgets are left to their own tests."""
    made: Made = draw(programmes())
    rules = [*made["rules"], *(rule for campaign in made.get("campaigns", ()) for rule in campaign["rules"])]
    grouped = draw(_way())
    alike = draw(st.booleans())
    for rule in rules:
        rule["refund"] = grouped if "stack" in rule or alike else draw(_way())
    _strip(made, mixed=len({rule["refund"] for rule in rules}) > 1)
    return made


def _way() -> st.SearchStrategy[str]:
    return st.sampled_from(["replay", "replay", "pro_rata", "keep"])


def _strip(made: Made, *, mixed: bool) -> None:
    """Leave out budgets; and where rules differ, limits of which nobody can say whose times they are."""
    campaigns = made.get("campaigns", ())
    every = [*made["rules"], *made["multipliers"], *campaigns, made]
    every += [one for campaign in campaigns for one in (*campaign["rules"], *campaign["multipliers"])]
    for one in every:
        if "limits" in one:
            one["limits"] = [limit for limit in one["limits"] if limit["per"] != "programme"]
            if mixed and (one is made or one in campaigns):
                one["limits"] = [limit for limit in one["limits"] if "times" not in limit]


@st.composite
def histories(draw: st.DrawFn) -> list[Made]:
    """Return purchases of a few days, with refunds of some among them: by lines, by amount, or of all."""
    found = [draw(records(number, pooled=False)) for number in range(draw(st.integers(2, 5)))]
    sold = [one for one in found if _is_sale(one)]
    assume(bool(sold))
    days = st.integers(0, 12)
    for one in found:
        one |= {"member": draw(st.sampled_from(["ana", "ana", "ben"])), "at": _day(draw(days))}
    refunds: list[Made] = []
    for purchase in sold:
        refunds += [one | {"at": _day(draw(days))} for one in draw(_refunds(purchase))]
    return [*found, *refunds]


def _day(number: int) -> str:
    """Return noon of one of the days around the end of a month."""
    return f"2024-{2 if number < 6 else 3:02}-{24 + number if number < 6 else number - 5:02}T12:00:00+00:00"


def _is_sale(record: Made) -> bool:
    if record.get("type") in ("visit", "refund"):
        return False
    if "lines" in record:
        return all(not line["amount"].startswith("-") for line in record["lines"])
    return not record["amount"].startswith("-")


@st.composite
def _refunds(draw: st.DrawFn, purchase: Made) -> list[Made]:
    def back(number: int, **more: Any) -> Made:  # noqa: ANN401 - whatever a record may say
        name = f"{purchase['id']}-{number}"
        return {"id": name, "type": "refund", "refund_of": purchase["id"], "member": "ana", **more}

    if "lines" not in purchase:
        if purchase["amount"] == "0":
            return [back(0)] if draw(st.booleans()) else []
        part = draw(st.sampled_from(["0.01", purchase["amount"]]))
        return [back(0, amount=part)] if draw(st.booleans()) else [back(0)]
    chosen = draw(st.permutations(range(1, len(purchase["lines"]) + 1)))[: draw(st.integers(0, len(purchase["lines"])))]
    return [back(number, lines=[{"id": str(line)}]) for number, line in enumerate(chosen)]


def changes(programme: Made, history: list[Made]) -> dict[str, dict[Key, int]]:
    """Return what each event changes of what each rule gives at each payer's cost, as the engine answers."""
    made = compiled(programme)
    found: dict[str, dict[Key, int]] = {}
    for answer in rate_events(made, events_of(made, history)):
        own: dict[Key, int] = {}
        for row in answer.effects:
            key = (made.rules[row.rule].name, made.payers[row.payer])
            sign = {EARNED: 1, REVERSED: -1}[row.kind]
            own[key] = own.get(key, 0) + sign * row.granted
        found[answer.event.id] = {key: points for key, points in own.items() if points}
    return found


def _by_event(found: Mapping[str, dict[Key, int]]) -> dict[str, dict[Key, int]]:
    return {name: own for name, own in found.items() if own}


@law
@given(shops(), histories())
def test_the_engine_takes_back_what_the_plain_model_does(programme: Made, history: list[Made]) -> None:
    modelled = ReturnsModel(programme, EXPRESSIONS).changes(history)
    assert _by_event(changes(programme, history)) == _by_event(modelled)


@law
@given(shops(), histories(), st.data())
def test_the_order_of_refunds_does_not_matter_and_all_of_it_leaves_what_is_kept(
    programme: Made, history: list[Made], data: st.DataObject
) -> None:
    """Times are exchanged between the refunds of each purchase; then everything that is left comes back."""
    instants = {one["id"]: one["at"] for one in history if "refund_of" in one}
    other = [dict(one) for one in history]
    for purchase in {one["refund_of"] for one in other if "refund_of" in one}:
        own = [one for one in other if one.get("refund_of") == purchase]
        for one, name in zip(own, data.draw(st.permutations([one["id"] for one in own])), strict=True):
            one["at"], one["id"] = instants[name], name
    for purchase in {one["refund_of"] for one in history if "refund_of" in one}:
        now, then = (_kept(changes(programme, told), told, purchase) for told in (history, other))
        assert now == then


def _kept(found: Mapping[str, dict[Key, int]], history: list[Made], purchase: str) -> dict[Key, int]:
    total: dict[Key, int] = {}
    for name in [purchase, *(one["id"] for one in history if one.get("refund_of") == purchase)]:
        for key, points in found.get(name, {}).items():
            total[key] = total.get(key, 0) + points
    assert min(total.values(), default=0) >= 0
    return {key: points for key, points in total.items() if points}
