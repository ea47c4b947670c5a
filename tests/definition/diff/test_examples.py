"""Examples of both versions under both: those that come out differently show what nobody can tell from the terms."""

from guerdon.definition.diff import compare_examples
from tests.definition.diff.versions import EVENTS, version
from tests.definition.programmes import TWO_UNITS


def example(name: str, amount: int, points: str) -> str:
    called = f"name: {name}, " if name else ""
    return f"  - {{{called}given: [{{at: 2026-01-05, amount: {amount}}}], expect: {{points: {points}}}}}\n"


def sentences(old: str, new: str, head: str = "") -> list[str]:
    versions = (version(old, head=head), version(new, head=head)) if head else (version(old), version(new))
    return [one.sentence() for one in compare_examples(*versions)]


def giving(text: str, *examples: str) -> str:
    return f'{EVENTS}rules: [{{id: r, give: "{text}"}}]\nexamples:\n{"".join(examples)}'


def test_an_example_of_either_version_that_comes_out_differently_is_told() -> None:
    old = giving("floor(eligible)", example("Small basket", 10, "10"), example("Sample basket", 90, "90"))
    new = giving("greatest(floor(eligible), 20)", example("Large basket", 50, "50"), example("", 5, "20"))
    assert sentences(old, new) == [
        "example 2 of p.yaml: 5 points, now 20",
        "Small basket: 10 points, now 20",
    ]


def test_an_example_of_both_is_told_once() -> None:
    old = giving("floor(eligible)", example("Sample basket", 90, "90"))
    new = giving("floor(eligible) + 20", example("Sample basket again", 90, "110"))
    assert sentences(old, new) == ["Sample basket again: 90 points, now 110"]


def test_units_that_differ_are_told_each() -> None:
    def two(points: int, stars: str) -> str:
        rules = f"rules: [{{id: a, unit: points, give: {points}}}, {{id: b, unit: stars, give: {stars}}}]\nexamples:\n"
        return rules + example("Basket", 5, f"{{points: {points}, stars: {stars}}}")

    assert sentences(two(1, "0.5"), two(2, "0.5"), TWO_UNITS) == ["Basket: 1 points, now 2"]
    assert sentences(two(1, "0.5"), two(2, "1.5"), TWO_UNITS) == ["Basket: 1 points, now 2 and 0.5 stars, now 1.5"]


def test_a_unit_may_be_new() -> None:
    old = version("rules: [{id: a, give: 1}]\nexamples:\n" + example("Basket", 5, "1"))
    new = version("rules: [{id: a, unit: points, give: 1}]\n", head=TWO_UNITS)
    assert [one.sentence() for one in compare_examples(old, new)] == ["Basket: no stars, now 0.0"]
    assert [one.sentence() for one in compare_examples(new, old)] == ["Basket: 0.0 stars, now none"]


def test_events_that_one_version_does_not_read_are_said_to_be_so() -> None:
    reads = giving(
        "floor(eligible)", "  - {name: Visit, given: [{at: 2026-01-05, type: visit}], expect: {points: 0}}\n"
    )
    does_not = "rules: [{id: r, give: floor(eligible)}]\n"
    assert sentences(reads, does_not) == ["Visit: the new version does not read these events"]
    assert sentences(does_not, reads) == ["Visit: the old version does not read these events"]


def test_events_that_contradict_each_other_in_another_currency_are_not_read() -> None:
    """Two that are one and the same when their cents are rounded away are two when they are not."""
    rates = "rates: {{EUR: {}}}\nrules: [{{id: r, give: 1}}]\n"
    amounts = [f"{{id: x, at: 2026-01-05, currency: EUR, amount: {cents}}}" for cents in ("0.01", "0.02")]
    twice = f"examples:\n  - {{name: Twice, given: [{', '.join(amounts)}], expect: {{points: 1}}}}\n"
    assert sentences(rates.format("0.001") + twice, rates.format("1")) == [
        "Twice: the new version does not read these events"
    ]
