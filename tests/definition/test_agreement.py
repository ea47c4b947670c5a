"""What versions of a programme must agree on to rate one history, and what is told where they do not."""

from pathlib import Path

import pytest

from guerdon.core.errors import NotFound
from guerdon.definition.findings import ISSUES_MAX
from guerdon.definition.issues import render
from guerdon.definition.timeline import check_folder, check_named, reload, versions_of
from tests.core.versions.timelines import HEAD, wrong

RULES = "rules: [{id: spend, give: floor(eligible)}]\n"
TIERS = "ladders: [{id: tier, by: spend, levels: [{id: base, from: 0}, {id: gold, from: 100}]}]\n"
METRIC = "metrics: {spend: {sum: eligible, within: year}}\n"
PLACE = "{place}: error: "


def told(old: str, new: str) -> list[str]:
    """Return what is told of a version of July, after one of January, without the places."""
    return [issue.partition("error: ")[2] for issue in wrong({"2026-01-01": old, "2026-07-01": new})]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("", "", []),
        ("returns: {window: 3 days, unlinked: {match_latest: sku}}\nevents: {purchase: {lines: {sku: text}}}\n", "returns: {unlinked: {match_latest: sku, within: 5 days}}\nevents: {purchase: {lines: {sku: text}}}\n", []),
        ("returns: {window: 3 days}\n", "returns: {window: 4 days, refund_tender: points_first}\n", "`returns` is not as in 2026-01-01.yaml. Try: keep it: only its `window` and `within` differ, by when a purchase was made."),
        ("", "returns: {window: 4 days}\n", "`returns` is not as in 2026-01-01.yaml. Try: keep it: only its `window` and `within` differ, by when a purchase was made."),
        ("rates: {EUR: 1.1}\n", "rates: {EUR: 1.2}\n", "`rates` is not as in 2026-01-01.yaml. Try: keep it: it is one for all versions."),
        ("eligible: {include: [tax]}\n", "", "other amounts are included than in 2026-01-01.yaml. Try: keep them, or let rules say `of` which amount they read."),
        ("units: {points: {}}\n", "units: {points: {decimals: 2}}\n", "points have 2 decimals, and in 2026-01-01.yaml 0. Try: keep the decimals, or count in a unit of its own."),
        ("units: {points: {}}\n", "units: {points: {cap: 9}}\n", "points have a cap in one version, and none or another kind in 2026-01-01.yaml. Try: write a cap that nobody reaches where there is none."),
        ("units: {points: {pending: {for: 3 days}}}\n", "units: {points: {pending: {until: visit}}}\nevents: {visit: {}}\n", "points wait for an event in one version, and not in 2026-01-01.yaml. Try: keep it, or count in a unit of its own."),
        ("units: {points: {expiry: {after: 1 year}}}\n", "units: {points: {expiry: {idle: 1 year}}}\n", "points end by another clock than in 2026-01-01.yaml, or after a shorter time without activity. Try: keep what they count from, or count in a unit of its own."),
        ("units: {points: {expiry: {idle: 3 months}}}\n", "units: {points: {expiry: {idle: 4 months}}}\n", []),
        ("units: {points: {expiry: {idle: 3 months}}}\n", "units: {points: {expiry: {idle: 2 months}}}\n", "points end by another clock than in 2026-01-01.yaml, or after a shorter time without activity. Try: keep what they count from, or count in a unit of its own."),
        (METRIC, "metrics: {spend: {sum: eligible, within: month}}\n", "the metric 'spend' counts over another time, or another unit, than in 2026-01-01.yaml. Try: give it a name of its own: it counts from the first event on."),
        (METRIC, "metrics: {spend: {sum: eligible * 0.5, within: year}}\n", "what the metric 'spend' counts has other decimals than in the version before. Try: write round(..., 2) around it."),
        (METRIC + TIERS, METRIC + TIERS.replace("gold", "silver"), "the levels are not those of 2026-01-01.yaml, in their order, with new ones above them. Try: keep them, or begin a ladder of its own."),
        (METRIC + TIERS, METRIC + TIERS.replace("by: spend", "by: spend, crossing: after"), "`crossing` of the ladder 'tier' is not as in 2026-01-01.yaml. Try: keep it, or begin a ladder of its own."),
        ("rewards: [{id: ten, price: 100, sweep: {on: [04-01], most: 5}}]\n", "rewards: [{id: ten, price: 100}]\n", "rewards are not swept on the days of 2026-01-01.yaml. Try: keep the sweeps that there are, and their days."),
        ("events: {visit: {}}\n", "events: {visit: {kind: membership}}\n", "'visit' is another kind of event in 2026-01-01.yaml. Try: keep the kind, or declare a type of its own."),
        ("events: {visit: {attributes: {shop: text}}}\n", "events: {visit: {attributes: {shop: number}}}\n", "'shop' is not described as in 2026-01-01.yaml. Try: describe it alike, or give it a name of its own."),
        ("", "events: {purchase: {attributes: {shop: text}}}\n", "events of the time of 2026-01-01.yaml do not have 'shop'. Try: let it be optional, or give it a default."),
        ("events: {purchase: {lines: {sku: text}}}\n", "", "events of the time of 2026-07-01.yaml do not have 'sku'. Try: let it be optional, or give it a default."),
        ("events: {purchase: {lines: {sku: text}}}\n", "events: {purchase: {attributes: {shop: {type: text, default: none}}}}\n", "events of the time of 2026-07-01.yaml do not have 'sku'. Try: let it be optional, or give it a default."),
        ("", "events: {visit: {attributes: {shop: text}}}\n", []),
    ],
)  # fmt: skip
def test_versions_agree(old: str, new: str, expected: str | list[str]) -> None:
    assert told(old + RULES, new + RULES) == ([expected] if isinstance(expected, str) else expected)


BUDGET = "rules: [{id: spend, give: 5, limits: [{points: 100, per: programme, every: EVERY}]}]\n"


@pytest.mark.parametrize(
    ("every", "most", "expected"),
    [
        ("month", 200, []),
        ("month", 100, []),
        ("ever", 100, []),
        ("ever", 200, ["the budget changes from 100 points per programme and ever to 200 points per programme and ever while its period runs. Try: let the version begin with a period of the budget, or give the budget's owner another name."]),
        ("year", 200, ["the budget changes from 100 points per programme and year to 200 points per programme and year while its period runs. Try: let the version begin with a period of the budget, or give the budget's owner another name."]),
    ],
)  # fmt: skip
def test_a_budget_changes_with_its_period(every: str, most: int, expected: list[str]) -> None:
    body = BUDGET.replace("EVERY", every)
    assert told(body, body.replace("100", str(most))) == expected


def test_a_mistake_is_told_in_the_version_that_makes_it() -> None:
    (issue,) = wrong({"2026-01-01": RULES, "2026-07-01": "rates: {EUR: 1}\n" + RULES})
    assert issue.startswith("2026-07-01.yaml:")


def folder(path: Path, **versions: str) -> Path:
    for day, body in versions.items():
        text = f"{HEAD}version: {day[1:].replace('_', '-')}\nunits: {{points: {{}}}}\n{body}"
        (path / f"{day}.yaml").write_text(text, encoding="utf-8")
    return path


def test_a_folder_of_versions_is_one_programme_here_and_in_another_process(tmp_path: Path) -> None:
    checked = check_named(str(folder(tmp_path, v2026_07_01=RULES.replace("floor(eligible)", "7"), v2026_01_01=RULES)))
    assert checked.programme is not None
    assert [rule.text for rule in checked.programme.rules] == ["floor(eligible)", "7"]
    again = reload(checked.files, checked.later)
    assert (again.versions, len(again.rules)) == (["2026-01-01", "2026-07-01"], 2)


def test_a_file_is_meant_by_its_name(tmp_path: Path) -> None:
    path = folder(tmp_path, v2026_01_01=RULES) / "v2026_01_01.yaml"
    assert check_named(str(path)).programme is not None


def test_the_versions_of_a_folder_are_there_in_the_order_in_which_they_take_effect(tmp_path: Path) -> None:
    checked = check_folder(folder(tmp_path, v2026_07_01=RULES.replace("floor(eligible)", "7"), v2026_01_01=RULES))
    assert [one.spec.version for one in versions_of(checked)] == ["2026-01-01", "2026-07-01"]


def test_a_folder_of_one_version_is_its_programme(tmp_path: Path) -> None:
    checked = check_folder(folder(tmp_path, v2026_01_01=RULES))
    assert checked.programme is not None
    assert checked.programme.changes == []


def test_what_is_wrong_with_a_version_is_told_and_so_is_what_is_wrong_between_them(tmp_path: Path) -> None:
    bad = check_folder(folder(tmp_path, v2026_01_01=RULES, v2026_07_01=RULES.replace("eligible", "eligibel")))
    assert [issue.code for issue in bad.errors] == ["expression"]
    twice = check_folder(folder(tmp_path, v2026_01_01=RULES, v2026_07_01="title: again\n" + RULES))
    (tmp_path / "again.yaml").write_text((tmp_path / "v2026_01_01.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    again = check_folder(tmp_path)
    assert twice.programme is not None
    assert any("takes effect on 2026-01-01 too" in render(issue) for issue in again.errors)


def test_a_folder_without_versions_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="put a file for each version into it"):
        check_folder(tmp_path)


def test_files_that_are_no_longer_one_programme_are_told_in_another_process(tmp_path: Path) -> None:
    from guerdon.core.errors import Invalid  # noqa: PLC0415 - asked for here alone

    checked = check_folder(folder(tmp_path, v2026_01_01=RULES))
    with pytest.raises(Invalid, match="takes effect on 2026-01-01 too"):
        reload(checked.files, (checked.files,))


def test_no_more_is_told_than_anybody_reads() -> None:
    rules = "".join(
        f"  - {{id: r{i}, give: 5, limits: [{{points: 100, per: programme, every: ever}}]}}\n" for i in range(250)
    )
    assert len(told("rules:\n" + rules, "rules:\n" + rules.replace("points: 100", "points: 99"))) == ISSUES_MAX
