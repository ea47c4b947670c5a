"""Checking a programme: every kind of mistake is told at its place, with what to do, and all of them at once."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guerdon.core.errors import Invalid
from guerdon.definition.check import check, check_files, check_text, load, load_text
from guerdon.definition.files import File
from guerdon.definition.findings import ISSUES_MAX
from guerdon.definition.issues import Issue, render
from guerdon.definition.spec import LATER
from guerdon.definition.timeline import reload
from tests.definition.calls import CALLS_IN_A_SECOND, calls_of
from tests.definition.programmes import HEAD, RULE, told

EXAMPLE = "examples: [{given: [{at: 2017-01-01, amount: 5.50}], expect: {points: 5}}]\n"


def test_a_programme_without_mistakes_is_handed_on() -> None:
    checked = check_text(HEAD + RULE + EXAMPLE)
    assert checked.issues == ()
    assert checked.programme is not None
    assert checked.programme.name == "test"
    assert checked.examples == 1
    assert [file.name for file in checked.files] == ["programme.yaml"]


def test_a_programme_without_examples_is_handed_on_with_a_warning() -> None:
    checked = check_text(HEAD + RULE)
    assert [render(issue) for issue in checked.issues] == [
        (
            "programme.yaml:1:1: warning: there are no examples, so nothing shows that the rules do what was meant. "
            "Try: write examples: [{given: [...], expect: {points: 90}}]."
        )
    ]
    assert checked.errors == []
    assert checked.programme is not None


def test_examples_are_run_only_when_asked_for() -> None:
    wrong = HEAD + RULE + EXAMPLE.replace("points: 5", "points: 6")
    assert check_text(wrong).programme is None
    assert check_text(wrong, examples=False).programme is not None


def test_a_file_with_ten_mistakes_is_told_all_ten() -> None:
    text = """\
format: 1
programme: Bad Name
zone: America/New_Yrok
currency: USDD
units: {points: {decimals: 9}}
ruels: []
levels: {}
rules:
  - {id: a, gvie: 3}
  - {id: b, bands: [{above: 1, rate: x}]}
  - {id: c, give: amuont}
multipliers:
  - {id: m, of: [b, d], by: 0.5}
limits:
  - {id: l, points: 3, evry: month}
examples:
  - {given: [{at: 2017-01-01, amount: 3}], expect: 90}
"""
    assert told(text) == [
        (
            "2:12: 'Bad Name' is not a name. "
            "Try: use small letters, digits and _, beginning with a letter; names that no expression reads may have - too."
        ),
        "3:7: there is no time zone 'America/New_Yrok'. Try: did you mean 'America/New_York'?",
        "4:11: 'USDD' is not a currency of ISO 4217. Try: did you mean 'USD'?",
        "5:28: decimals is 9. Try: write at most 6.",
        "6:1: 'ruels' is not a key here. Try: did you mean 'rules'?",
        "7:1: 'levels' is not run by this release. Try: leave it out for now.",
        "9:13: 'gvie' is not a key here. Try: did you mean 'give'?",
        "10:38: rate is not a number. Try: write digits with a point, like 1.25, without quotes.",
        "11:19: there is no field amuont. Try: did you mean amount?",
        "13:21: there is no rule 'd'. Try: there is a, c.",
        "15:24: 'evry' is not a key here. Try: did you mean 'every'?",
        "17:52: expect is the number 90, not a mapping. Try: write expect: {points: 90}.",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("colour: red", ["6:1: 'colour' is not a key here. Try: the keys here are format, programme, version,"]),
        ("inclde: [a.yaml]", ["6:1: 'inclde' is not a key here. Try: did you mean 'include'?"]),
        ("title: ~", ["6:8: title is nothing, not a text. Try: put it in quotes if it is one."]),
        ("title: 5", ["6:8: title is the number 5, not a text. Try: put it in quotes if it is one."]),
        ("assumptions: none", ["6:14: assumptions is the text 'none', not a list. Try: begin each entry with '- '."]),
        ("rules: {id: a}", ["6:8: rules is a mapping, not a list. Try: begin each entry with '- '."]),
        ("rules: [5]", ["6:9: rules is the number 5, not a mapping. Try: write a key, a colon and a value on each line"]),
        ("rules: [{}]", ["6:9: 'id' is missing. Try: write id: a-name."]),
        ("rules: [{id: a, give: ~}]", ["6:9: a rule has exactly one of give, bands and strategy. Try: write give: an"]),
        ("rules: [{id: a, give: [1]}]", ["6:23: give is a list, not a text. Try: put it in quotes if it is one."]),
        ("rules: [{id: a, give: ''}]", ["6:23: give is empty. Try: write at least one, or leave the key out."]),
        ("rules: [{id: a, bands: []}]", ["6:24: bands is empty. Try: write at least one, or leave the key out."]),
        ("rules: [{id: a, bands: [{}]}]", ["6:25: 'rate' is missing. Try: write rate:."]),
        ("rules: [{id: a, bands: [{above: -1, rate: 1}]}]", ["6:33: above is -1. Try: write at least 0."]),
        ("rules: [{id: a, give: 1, per: lien}]", ["6:31: 'lien' is not one of order, line, item, event. Try: did you mean 'line'?"]),
        ("rules: [{id: a, give: 1, per: 5}]", ["6:31: '5' is not one of order, line, item, event. Try: write one of them."]),
        ("rules: [{id: a, give: 1, from: 2017}]", ["6:32: from is the number 2017, not a text. Try: write from: 2026-07-01."]),
        ("rules: [{id: a, give: 1, from_: 2017-01-01}]", ["6:26: 'from_' is not a key here. Try: did you mean 'from'?"]),
        ("rules: [{id: a, give: 1, funded_by: {}}]", ["6:37: funded_by is empty. Try: write at least one,"]),
        ("rules: [{id: a, give: 1, funded_by: {Acme: 0}}]", ["6:44: Acme is 0. Try: write at least 1."]),
        ("rules: [{id: a, give: 1, limits: [{times: true, every: day}]}]", ["6:43: times is true, not a whole number."]),
        ("rules: [{id: a, give: 1, limits: [{points: '5', every: day}]}]", ["6:44: points is not a number. Try: write digits"]),
        ("events: {purchase: {attributes: {a: txt}}}", ["6:37: 'txt' is not one of text, number, money, boolean, date. Try: did you mean 'text'?"]),
        ("events: {purchase: {attributes: {A: text}}}", ["6:34: 'A' is not a name. Try: use small letters,"]),
        ("events: {purchase: {lines: {a: {type: text, optional: 'yes'}}}}", ["6:55: optional is the text 'yes', not true or false."]),
        ("events: {purchase: {atributes: {}}}", ["6:21: 'atributes' is not a key here. Try: did you mean 'attributes'?"]),
        ("events: {lines: {lnies: {}}}", ["6:18: 'lnies' is not a key here. Try: did you mean 'lines'?"]),
        ("constants: {a: [1], b: ~}", ["6:16: a is not a single value. Try: write a number, a text, true or false.", "6:24: b is not a single value."]),
        ("rules: [{id: a, give: least(1, 2)}]", ["6:28: this ( is never closed. Try: add the missing ).", "6:32: '2)' is not a key here. Try: put text that holds a comma in quotes."]),
        ("rates: {EUR: 0}", ["6:14: EUR is 0. Try: write more than 0."]),
        ("limits: [{id: l, points: 1, every: day, rule: a}]", ["6:41: 'rule' is not a key here. Try: did you mean 'rules'?"]),
        ("campaigns: [{id: c, from: 2017-01-01}]", ["6:13: 'until' is missing. Try: write until: 2026-07-31."]),
        ("examples: [{given: [], expect: {points: 1}}]", ["6:20: given is empty. Try: write given: [{at: 2026-07-04,"]),
    ],
)  # fmt: skip
def test_what_has_the_wrong_shape_is_told_at_its_place(body: str, expected: list[str]) -> None:
    found = told(HEAD + body + "\n")
    assert len(found) == len(expected)
    for line, beginning in zip(found, expected, strict=True):
        assert line.startswith(beginning)


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("format: 1", "'format' is missing. Try: write format: 1."),
        ("programme: test", "'programme' is missing. Try: write programme: a-name."),
        ("zone: UTC", "'zone' is missing. Try: write a zone like Europe/Paris."),
        ("currency: USD", "'currency' is missing. Try: write a code like EUR."),
        ("units: {points: {}}", "'units' is missing. Try: write units: {points: {}}."),
    ],
)
def test_what_every_programme_says_is_missed(line: str, hint: str) -> None:
    """... also beside a section of a later release, and without hiding the mistakes of the rest."""
    rest = HEAD.replace(line + "\n", "") + "levels: {}\nrules: [{id: a, give: amuont}]\n"
    assert told(rest) == [
        f"1:1: {hint}",
        "5:1: 'levels' is not run by this release. Try: leave it out for now.",
        "6:23: there is no field amuont. Try: did you mean amount?",
    ]


def test_another_format_is_not_guessed_at() -> None:
    assert told(HEAD.replace("format: 1", "format: 2") + RULE) == ["1:9: '2' is not 1. Try: write 1."]


@pytest.mark.parametrize("section", LATER)
def test_sections_of_later_releases_are_told_apart_from_slips_of_the_pen(section: str) -> None:
    assert told(f"{HEAD}{section}: {{}}\n{RULE}") == [
        f"6:1: '{section}' is not run by this release. Try: leave it out for now."
    ]


def test_nothing_is_told_that_goes_away_when_another_mistake_is_corrected() -> None:
    text = """\
units: {points: {decimals: one}, stars: {}}
events: {purchase: {lines: {quantity: nmber, brand: {type: text, optonal: true}}}}
tables: {region: {rows: {a: [1]}}}
rules:
  - {id: a, unit: points, per: item, where: line.brand = 'Acme', give: "lookup(region, type)"}
  - {id: b, unit: stars, give: 1, roundd: floor}
  - {id: c, unit: stars, strategi: lucky}
  - {id: d, unit: stars, give: [1]}
  - {id: e, unit: stars, bands: [{above: x, rate: 1}]}
  - {id: f, unit: stars, give: 1, per: itm}
multipliers: [{id: m, of: [d, e, f, g], by: 2}]
limits: [{id: l, rules: d, points: 1, every: day}]
"""
    whats = [line.split(" Try:")[0] for line in told(HEAD.replace("units: {points: {}}\n", "") + text)]
    assert whats == [
        "5:28: decimals is the text 'one', not a whole number.",
        "6:39: 'nmber' is not one of text, number, money, boolean, date.",
        "6:66: 'optonal' is not a key here.",
        "7:29: a is not a single value.",
        "10:35: 'roundd' is not a key here.",
        "11:26: 'strategi' is not a key here.",
        "12:32: give is a list, not a text.",
        "13:42: above is not a number.",
        "14:40: 'itm' is not one of order, line, item, event.",
        "15:37: there is no rule 'g'.",
    ]


@pytest.mark.parametrize(
    ("misshapen", "rest"),
    [
        ("units: []", "rules: [{id: a, unit: stars, give: 1}]"),
        ("tables: 1", 'rules: [{id: a, give: "lookup(t, type)"}]'),
        ("constants: 1", "rules: [{id: a, give: c}]"),
        ("events: 1", "rules: [{id: a, per: item, give: line.count * c}, {id: b, on: visit, give: 1}]"),
        ("rules: 1", "multipliers: [{id: m, of: [b], by: 2}]"),
        ("campaigns: 1", "multipliers: [{id: m, of: [b], by: 2}]"),
    ],
)
def test_what_a_misshapen_section_may_hold_is_not_missed_elsewhere(misshapen: str, rest: str) -> None:
    head = HEAD.replace("units: {points: {}}\n", "") if misshapen.startswith("units") else HEAD
    section = misshapen.split(":", maxsplit=1)[0]
    assert [line.split(": ", 1)[1].split(" is ")[0] for line in told(f"{head}{misshapen}\n{rest}\n")] == [section]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1:1: the file says nothing. Try: begin with format: 1."),
        ("- a\n", "1:1: a programme is a mapping of keys to values. Try: begin with format: 1."),
        ("points\n", "1:1: a programme is a mapping of keys to values. Try: begin with format: 1."),
        (
            "a: [1",
            "1:4: this list or mapping in brackets is not closed, or lacks a comma. Try: add the bracket or the comma.",
        ),
    ],
)
def test_what_is_no_programme_at_all_is_told(text: str, expected: str) -> None:
    assert told(text) == [expected]


def test_mistakes_of_yaml_do_not_hide_the_others() -> None:
    assert told(HEAD + "rules: [{id: a, give: amuont, give: 2}]\ncurrency: EUR\n") == [
        "6:23: there is no field amuont. Try: did you mean amount?",
        "6:31: 'give' is given twice; first in line 6. Try: keep one of them.",
        "7:1: 'currency' is given twice; first in line 4. Try: keep one of them.",
    ]


# Files


def test_a_programme_in_several_files_is_told_where_each_mistake_is(tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text(
        HEAD + "include: [rules.yaml]\ncampaigns: [{id: c, from: 2017-01-02, until: 2017-01-01}]\n"
    )
    (tmp_path / "rules.yaml").write_text("rules:\n  - {id: a, give: amuont}\n")
    issues = [render(issue) for issue in check(tmp_path / "p.yaml").issues]
    assert issues == [
        f"{tmp_path}/p.yaml:7:46: error: the end 2017-01-01 is not after the start 2017-01-02. Try: exchange them.",
        f"{tmp_path}/rules.yaml:2:19: error: there is no field amuont. Try: did you mean amount?",
    ]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "grocery.yaml").write_text(HEAD + RULE)
    missing = check(tmp_path / "grocry.yaml")
    assert missing.programme is None
    assert [issue.try_this for issue in missing.issues] == ["did you mean 'grocery.yaml'?"]


def test_loading_gives_the_programme_or_everything_that_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + RULE)
    assert load(path).name == "test"
    assert load_text(HEAD + RULE + EXAMPLE).name == "test"
    path.write_text(HEAD + "rules: [{id: a, give: amuont}, {id: b, give: flor(amount)}]\n")
    with pytest.raises(
        Invalid,
        match=r"p\.yaml:6:23: error: there is no field amuont.*\n.*p\.yaml:6:46: error: there is no function flor",
    ):
        load(path)


def test_a_programme_is_loaded_again_from_its_files_alone(tmp_path: Path) -> None:
    """... in another process, where nothing need be on the disk; its examples are not run again."""
    path = tmp_path / "p.yaml"
    path.write_text(HEAD + "include: [rules.yaml]\ntables: {bonus: {file: bonus.csv, values: number}}\n" + EXAMPLE)
    (tmp_path / "rules.yaml").write_text('rules: [{id: a, give: "coalesce(lookup(bonus, type), 0)"}]\n')
    (tmp_path / "bonus.csv").write_text("key,value\npurchase,5\n")
    checked = check(path)
    assert checked.issues == ()
    for file in tmp_path.iterdir():
        file.unlink()
    again = reload(checked.files)
    assert [rule.text for rule in again.rules] == ["coalesce(lookup(bonus, type), 0)"]


def test_a_programme_of_several_texts_is_checked_with_its_examples() -> None:
    files = [
        File("p.yaml", HEAD + "include: [rules.yaml]\n" + EXAMPLE),
        File("rules.yaml", "rules: [{id: a, give: 5}]\n"),
    ]
    assert check_files(files).issues == ()
    wrong = check_files([files[0], File("rules.yaml", "rules: [{id: a, give: 4}]\n")])
    assert "the example expects 5 points in all, and the rules give 4." in render(wrong.issues[0])


# However much is wrong, the answer comes soon


def rules(count: int, rule: str) -> str:
    return HEAD + "rules:\n" + "".join(f"  - {rule.replace('#', str(i))}\n" for i in range(count))


def in_lists(text: str) -> str:
    return HEAD + f"title: {'[' * 5_000}{text}{']' * 5_000}\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (rules(10_000, "{id: r#, give: floor(amount)}"), "7:3: rules has more than 1000 entries. Try: put what varies into a table."),
        (rules(10_000, "{ie: r#}"), "7:3: rules has more than 1000 entries. Try: put what varies into a table."),
        (rules(1_000, "{id: r#, give: '" + "floor(" * 15 + "amuont" + ")" * 15 + "'}"), "there is no field amuont. Try: did you mean amount?"),
        (rules(1_000, "{id: r#, give: '" + "+".join(["1"] * 60) + "'}"), "the programme's expressions are longer than 30,000 characters in all. Try: put what varies into tables."),
        (HEAD + "".join(f"k{i}: 1\n" for i in range(20_000)), "'k0' is not a key here. Try: the keys here are format, programme, version, title, description, zone,"),
        (HEAD + "constants: {" + ", ".join(f"c{i}: 1" for i in range(20_000)) + "}\n", "6:12: constants has more than 200 entries. Try: put what varies into a table."),
        (HEAD + RULE + "examples: [{given: [{at: 2017-01-01, amount: 1}], expect: {refused: {" + ", ".join(f"x{i}: 1" for i in range(20_000)) + "}}}]\n", "there is no event 'x0' with its rules."),
        (HEAD + RULE + "examples: [{given: [" + ", ".join("{at: x}" for _ in range(20_000)) + "], expect: {points: 1}}]\n", "7:26: at 'x' is not a time."),
        (HEAD + RULE + "examples:\n" + "".join("  - {given: [{at: 2017-01-01, amount: 1}], expect: {points: 2}}\n" for _ in range(5_000)), "8:61: the example expects 2 points in all, and the rules give 1."),
        (HEAD + "title: &a [x,x,x,x,x,x,x,x]\nx: &b [*a,*a,*a,*a,*a,*a,*a,*a]\ny: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nz: &d [*c,*c,*c,*c,*c,*c,*c,*c]\nw: &e [*d,*d,*d,*d,*d,*d,*d,*d]\nv: [*e,*e,*e,*e]\n", "counting what aliases stand for"),
        (in_lists("x"), "values are nested more than 40 deep"),
        (HEAD + "rules: [{id: a, give: " + "9" * 500_000 + "}]\n", "has more than 18 digits before or after the point"),
        (HEAD + "rules: [{id: a, give: '" + "9" * 500_000 + "'}]\n", "longer than 30,000 characters"),
        (HEAD + "campaigns:\n" + "".join(f"  - {{id: c{i}, from: 2017-01-01, until: 2017-01-02, rules: [{{id: r{i}, give: 1}}, {{id: s{i}, give: 1}}]}}\n" for i in range(600)), "7:3: the programme has 1200 rules and multipliers in all, more than 1000."),
    ],
    ids=["rules", "wrong rules", "fields", "expressions", "keys", "constants", "refused", "given", "examples", "aliases", "depth", "digits", "long", "campaigns"],
)  # fmt: skip
def test_a_hostile_programme_is_refused_within_a_second(text: str, expected: str) -> None:
    check_text(HEAD + RULE + EXAMPLE)  # what a process loads once is no part of the answer
    issues: list[Issue] = []
    assert calls_of(lambda: issues.extend(check_text(text, file="p").issues)) <= CALLS_IN_A_SECOND
    assert expected in render(issues[0]).replace("p:", "", 1).replace("error: ", "")
    assert len(issues) <= 2 * ISSUES_MAX


SCRAPS = st.sampled_from(
    ["", "x", "a", "purchase", "points", "line.amount", "amount", "sum(line.amount)", "lookup(t, type)", "2017-01-01", "9999-12-31", "2017-01-01T10:00",
     "order", "item", "month", "ever", "best", "compound", "limit", "text", "number", "count(*) >= 2", "coalesce(hour, 0)", "0.5", "-1",
     "99999999999999999.999999999999999999", "null", "true", "[]", "{}", "[1]", "{a: 1}", "[{id: a, give: 1}]", "[{at: 2017-01-01, amount: 1}]"]
)  # fmt: skip
WHOLE = """format: 1
programme: test
zone: {zone}
currency: {currency}
units: {{points: {{decimals: 1, cost: {units}}}}}
constants: {{c: {constants}}}
tables: {{t: {{rows: {{a: {tables}}}, default: 1}}}}
events: {{purchase: {{lines: {{quantity: number, brand: {events}}}}}}}
eligible: {{exclude: {eligible}}}
rules: [{{id: spend, give: {rules}}}, {{id: bands, per: {rules2}, bands: [{{above: 1, rate: {rules3}}}]}}]
multipliers: [{{id: m, of: spend, by: {multipliers}, when: {multipliers2}}}]
campaigns: [{{id: k, from: {campaigns}, until: {campaigns2}, rules: {rules4}}}]
limits: [{{id: l, points: {limits}, every: {limits2}, rules: {limits3}}}]
examples: [{{given: [{{at: {examples}, amount: {examples2}}}], expect: {examples3}}}]
"""
SLOTS = (
    "zone", "currency", "units", "constants", "tables", "events", "eligible", "rules", "rules2", "rules3", "rules4", "multipliers",
    "multipliers2", "campaigns", "campaigns2", "limits", "limits2", "limits3", "examples", "examples2", "examples3",
)  # fmt: skip
RIGHT = {
    "zone": "UTC", "currency": "USD", "units": "0.01", "constants": "5", "tables": "2", "events": "{type: text, optional: true}",
    "eligible": "line.amount > 5", "rules": "amount * c", "rules2": "line", "rules3": "2", "rules4": "[]", "multipliers": "2", "multipliers2": "weekday = 2",
    "campaigns": "2017-01-01", "campaigns2": "2017-01-31", "limits": "5", "limits2": "day", "limits3": "spend", "examples": "2017-01-01",
    "examples2": "1", "examples3": "{points: 5}",
}  # fmt: skip


def test_the_programme_that_is_spoilt_next_is_right() -> None:
    assert told(WHOLE.format(**RIGHT)) == []


@given(st.dictionaries(st.sampled_from(SLOTS), SCRAPS, min_size=1, max_size=3))
def test_whatever_an_author_writes_gets_an_answer(spoilt: dict[str, str]) -> None:
    """... a programme, or what is wrong with it where: never a traceback."""
    checked = check_text(WHOLE.format(**{**RIGHT, **{slot: scrap or "''" for slot, scrap in spoilt.items()}}))
    assert (checked.programme is None) == bool(checked.errors)
    assert all(issue.what and issue.place.line <= 14 for issue in checked.issues)
