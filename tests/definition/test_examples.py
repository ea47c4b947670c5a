"""Worked examples: what they may expect, and what is told when it does not come out."""

from decimal import Decimal

import pytest

from guerdon.definition.exact import scaled_of, scaled_to, shown
from tests.definition.programmes import HEAD, TWO_UNITS, told

RULES = """\
events:
  purchase: {attributes: {shop: {type: text, default: home}}, lines: {brand: {type: text, default: none}}}
  visit: {}
rules:
  - {id: spend, give: floor(eligible), limits: [{points: 10, every: day}], stack: {group: g, take: best}}
  - {id: ten, when: amount >= 10, give: 10, stack: {group: g, take: best}}
  - {id: visit, on: visit, give: 3, until: 2017-01-31}
"""
EXPECTED = "guerdon explain says why: then correct the rule or the example"


def examples(*lines: str) -> list[str]:
    """Return what is told of examples that begin on line 14."""
    return told(HEAD + RULES + "examples:\n" + "".join(f"  - {line}\n" for line in lines))


def given(*events: str, expect: str) -> str:
    return f"{{given: [{', '.join(f'{{{event}}}' for event in events)}], expect: {{{expect}}}}}"


def marked(example: str) -> tuple[str, str]:
    """Return the only example without its mark, and the place of the mark."""
    return example.replace("^", "", 1), f"14:{len('  - ') + example.index('^') + 1}"


THREE = (
    "id: a, member: ana, at: 2017-01-01, amount: 4.50",
    "id: b, member: ben, at: 2017-02-01, lines: [{amount: 3, brand: Acme}, {amount: 2.50}]",
    "id: v, member: ana, at: '2017-01-31T23:59:59', type: visit",
)


@pytest.mark.parametrize(
    "expect",
    [
        "points: 12",  # 4 + 5 + 3
        "points: 12.0",
        "points: {points: 12}",
        "events: {a: 4, b: 5, v: 3}",
        "members: {ana: 7, ben: {points: 5}}",
        "months: {2017-01: 7, 2017-02: 5}",
        "refused: {a: {ten: when}, b: {visit: type}, v: {spend: type}}",
        "points: 12, months: {2017-02: 5}, refused: {a: {ten: when}}",
    ],
)
def test_an_example_may_expect(expect: str) -> None:
    assert examples(given(*THREE, expect=expect)) == []


@pytest.mark.parametrize(
    ("event", "rule", "reason"),
    [
        ("at: 2017-01-01, amount: 12", "spend", "limit"),
        ("at: 2017-01-01, amount: 11.99", "ten", "outdone"),
        ("at: 2017-01-01, amount: -5", "spend", "returned"),
        ("at: 2017-01-01, amount: 5", "visit", "type"),
        ("at: 2017-02-01, type: visit", "visit", "window"),
        ("at: 2017-01-01, amount: 9.99", "ten", "when"),
        ("at: 2017-01-01, amount: 0.99", "spend", "nothing"),
    ],
)
def test_why_a_rule_gives_nothing_or_less(event: str, rule: str, reason: str) -> None:
    assert examples(given(event, expect=f"refused: {{e1: {{{rule}: {reason}}}}}")) == []


ONE = "at: 2017-01-01, amount: 5"


@pytest.mark.parametrize(
    ("expect", "expected"),
    [
        ("points: ^6", f"the example expects 6 points in all, and the rules give 5. Try: {EXPECTED}."),
        ("points: ^5.5", f"the example expects 5.5 points in all, and the rules give 5. Try: {EXPECTED}."),
        ("points: ^'5'", "'5' is not a number of points. Try: write a number, without quotes."),
        ("points: ^true", "'True' is not a number of points. Try: write a number, without quotes."),
        ("points: {^pionts: 5}", "there is no unit 'pionts'. Try: did you mean 'points'?"),
        ("points: {^x: 5}", "there is no unit 'x'. Try: there is points."),
        ("^pionts: 5", "'pionts' is not something to expect. Try: did you mean 'points'?"),
        ("^x: 5", "'x' is not something to expect. Try: write one of points, months, members, events, refused, levels, benefits."),
        ("months: ^5", "months is not a mapping. Try: write months: {2017-01: 90}."),
        ("months: {^2017-02: 5}", "no event is of '2017-02'. Try: did you mean '2017-01'?"),
        ("months: {2017-01: ^4}", f"the example expects 4 points for 2017-01, and the rules give 5. Try: {EXPECTED}."),
        ("members: {^ana: 5}", "no event is of 'ana'. Try: there is member."),
        ("events: {e1: {points: ^4}}", f"the example expects 4 points for e1, and the rules give 5. Try: {EXPECTED}."),
        ("refused: ^5", "refused is not a mapping. Try: write refused: {e1: {rule: limit}}."),
        ("refused: {^e11: {spend: limit}}", "there is no event 'e11' with its rules. Try: did you mean 'e1'?"),
        ("refused: {^x: {spend: limit}}", "there is no event 'x' with its rules. Try: write {event: {rule: limit}}."),
        ("refused: {^e1: limit}", "there is no event 'e1' with its rules. Try: write {event: {rule: limit}}."),
        ("refused: {e1: {^spned: limit}}", "there is no rule 'spned'. Try: did you mean 'spend'?"),
        ("refused: {e1: {^x: limit}}", "there is no rule 'x'. Try: there is spend, ten, visit."),
        ("refused: {e1: {spend: ^limti}}", "'limti' is not a reason. Try: did you mean 'limit'?"),
        ("refused: {e1: {spend: ^5}}", "'5' is not a reason. Try: write one of limit, outdone, returned, type, window, when, nothing, none."),
        ("refused: {e1: {spend: ^limit}}", f"the example expects 'spend' to refuse for limit, and it gives all it wants. Try: {EXPECTED}."),
        ("refused: {e1: {ten: ^limit}}", f"the example expects 'ten' to refuse for limit, and it says when. Try: {EXPECTED}."),
    ],
)  # fmt: skip
def test_what_does_not_come_out_is_told_at_its_place(expect: str, expected: str) -> None:
    text, place = marked(given(ONE, expect=expect))
    assert examples(text) == [f"{place}: {expected}"]


REWARDS = """\
rules: [{id: spend, give: floor(eligible)}]
rewards:
  - {id: cup, price: 10, when: weekday = 2, limits: [{times: 2, every: ever}]}
  - {id: bag, price: 10}
"""
ASKED = (
    "at: 2017-01-01, amount: 60",
    "at: 2017-01-02, type: redemption, reward: cup",  # a Monday
    "at: 2017-01-03, type: redemption, reward: cup",
    "at: 2017-01-10, type: redemption, reward: cup",
)


@pytest.mark.parametrize(
    ("expect", "found"),
    [
        ("refused: {e2: {cup: when}}", ""),
        ("refused: {e4: {cup: limit}}", ""),
        ("refused: {e3: {cup: none}, e1: {cup: none, spend: none}}", ""),
        ("refused: {e4: {cup: ^none}}", f"the example expects 'cup' to say none, and it says limit. Try: {EXPECTED}."),
        ("refused: {e2: {spend: ^none}}", f"the example expects 'spend' to refuse for none, and it says type. Try: {EXPECTED}."),
        ("refused: {e3: {cup: ^when}}", f"the example expects 'cup' to say when, and it is within its terms. Try: {EXPECTED}."),
        ("refused: {e2: {cup: ^limit}}", f"the example expects 'cup' to say limit, and it says when. Try: {EXPECTED}."),
        ("refused: {e2: {bag: ^when}}", f"the example expects 'bag' to say when, and it is within its terms. Try: {EXPECTED}."),
        ("refused: {e2: {cup: ^outdone}}", "'outdone' is not a reason. Try: write one of unknown, reservation, window, when, price, min, step, money, limit, stock, none."),
        ("refused: {e2: {^cpu: when}}", "there is no rule or reward 'cpu'. Try: did you mean 'cup'?"),
    ],
)  # fmt: skip
def test_a_redemption_may_be_expected_to_contradict_its_rewards_terms(expect: str, found: str) -> None:
    example = given(*ASKED, expect=expect)
    text, column = example.replace("^", "", 1), len("  - ") + example.find("^") + 1
    assert told(f"{HEAD}{REWARDS}examples:\n  - {text}\n") == ([f"11:{column}: {found}"] if found else [])


def test_an_example_expects_something() -> None:
    text, place = marked(given(ONE, expect="").replace("expect: ", "expect: ^"))
    assert examples(text) == [f"{place}: an example expects something. Try: write expect: {{points: 90}}."]


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        ("at: ^soon, amount: 5", "at 'soon' is not a time. Try: write it like 2017-10-03 or 2017-10-03T14:30:00+02:00."),
        ("^amount: 5", "at is missing. Try: every event needs one."),
        ("at: 2017-01-01, amount: ^5.555", "amount '5.555' has more than 2 decimals. Try: write no more, or round it first."),
        ("at: 2017-01-01, amount: 5, ^typo: 1", "'typo' is not a column or a declared attribute. Try: did you mean 'type'?"),
        ("at: 2017-01-01, amount: 5, ^shpo: 1", "'shpo' is not a column or a declared attribute. Try: did you mean 'shop'?"),
        ("at: 2017-01-01, type: visit, ^shop: x", "'shop' is not a column or a declared attribute. Try: declare it under events, or write one of id, source,"),
        ("at: 2017-01-01, type: ^vist", "type 'vist' is not declared. Try: the programme knows purchase, refund, visit."),
        ("at: 2017-01-01, lines: [{amount: 1}, {amount: 1, ^amuont: 1}]", "'amuont' is not a column or a declared attribute. Try: did you mean 'amount'?"),
        ("at: 2017-01-01, lines: [{amount: 1}, {amount: ^x}]", "amount of line 2 'x' is not a number. Try: write digits with a point, like 12.50."),
        ("at: 2017-01-01, lines: [^5]", "line 1 is not a mapping. Try: write it like {amount: 3.20}."),
        ("at: 2017-01-01, lines: ^5", "lines is not a list. Try: write one mapping a line, each with an amount."),
    ],
)  # fmt: skip
def test_an_event_that_cannot_be_read_is_told_at_the_field_that_is_wrong(event: str, expected: str) -> None:
    text, place = marked(given(event, expect="points: 5").replace("[{^", "[^{", 1))
    found = examples(text)
    assert len(found) == 1
    assert found[0].startswith(f"{place}: {expected}")


def test_all_events_of_all_examples_are_looked_at() -> None:
    bad = given("at: soon, amount: 1", "at: later, amount: 1, x: 2", expect="points: 1")
    found = examples(bad, given(ONE, expect="points: 4"))
    assert [line.split(":")[0] for line in found] == ["14", "14", "14", "15"]


def test_one_id_does_not_stand_for_two_purchases() -> None:
    twice = given("id: x, at: 2017-01-01, amount: 1", "id: x, at: 2017-01-01, amount: 2", expect="points: 3")
    assert examples(twice) == [
        "14:13: the event x came before with other content. Try: give each event an id of its own."
    ]
    assert examples(given("id: x, " + ONE, "id: x, " + ONE, expect="points: 5")) == []


def test_units_are_told_apart() -> None:
    text = f"{TWO_UNITS}rules: [{{id: a, unit: points, give: 1}}, {{id: b, unit: stars, give: 0.25}}]\nexamples:\n"
    assert told(f"{text}  - {given(ONE, expect='points: {points: 1, stars: 0.2}')}\n") == []
    assert told(f"{text}  - {given(ONE, expect='points: 1')}\n") == [
        "8:61: the programme has several units. Try: write points by unit: {points: 1}."
    ]
    assert told(f"{text}  - {given(ONE, expect='points: {stars: 0.25}')}\n") == [
        f"8:69: the example expects 0.25 stars in all, and the rules give 0.2. Try: {EXPECTED}."
    ]


@pytest.mark.parametrize(
    ("text", "scaled", "decimals"),
    [("0", 0, 0), ("1.50", 15, 1), ("-0.05", -5, 2), ("100", 100, 0), ("123456789012345678.123456789012345678", 123456789012345678123456789012345678, 18)],
)  # fmt: skip
def test_numbers_are_exact_however_many_digits_they_have(text: str, scaled: int, decimals: int) -> None:
    number = Decimal(text)
    assert scaled_of(number) == (scaled, decimals)
    assert scaled_to(number, 18) == scaled * 10 ** (18 - decimals)
    assert Decimal(shown(scaled, decimals)) == number
    assert decimals == 0 or scaled_to(number, decimals - 1) is None
