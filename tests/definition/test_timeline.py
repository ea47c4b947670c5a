"""A timeline: versions in the order in which they take effect, and which of them is in force when."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from guerdon.core.errors import Invalid, InvariantBroken
from guerdon.definition.issues import render
from guerdon.definition.timeline import Timeline, check_timeline
from guerdon.definition.versions import Version, load_version, load_version_text

TEXT = """\
format: 1
programme: shop
version: 2026-01-01
zone: America/New_York
currency: USD
units: {points: {}}
rules: [{id: spend, give: floor(eligible)}]
"""


def version(day: str, old: str = "", new: str = "") -> Version:
    """Return the version of a day, with one text instead of another."""
    text = TEXT.replace("2026-01-01", day)
    return load_version_text(text.replace(old, new) if old else text, file=f"{day}.yaml")


def instant(text: str) -> int:
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1_000_000


THREE = (version("2027-03-01"), version("2026-01-01"), version("2026-07-01"))


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2019-01-01T00:00:00+00:00", "2026-01-01"),  # before the first there was the first
        ("2026-01-01T05:00:00+00:00", "2026-01-01"),
        ("2026-06-30T23:59:59-04:00", "2026-01-01"),
        ("2026-07-01T00:00:00-04:00", "2026-07-01"),
        ("2026-07-01T03:59:59+00:00", "2026-01-01"),  # midnight is New York's
        ("2027-02-28T23:59:59-05:00", "2026-07-01"),
        ("2027-03-01T00:00:00-05:00", "2027-03-01"),
        ("2099-01-01T00:00:00+00:00", "2027-03-01"),
    ],
)
def test_the_version_in_force(at: str, day: str) -> None:
    assert Timeline(THREE).in_force(instant(at)).spec.version == day


def test_versions_are_put_in_order_and_have_windows_without_a_gap() -> None:
    timeline = Timeline(THREE)
    assert [one.spec.version for one in timeline.versions] == ["2026-01-01", "2026-07-01", "2027-03-01"]
    second, third = instant("2026-07-01T00:00:00-04:00"), instant("2027-03-01T00:00:00-05:00")
    assert timeline.windows() == [(None, second), (second, third), (third, None)]


def test_one_version_is_a_timeline_whether_it_says_a_day_or_not() -> None:
    alone = version("2026-01-01", "version: 2026-01-01\n", "")
    assert check_timeline([alone]) == []
    assert Timeline([alone]).in_force(0) is alone
    assert Timeline([alone]).windows() == [(None, None)]


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (("2026-07-01",), []),
        (("2026-01-01",), ["2026-01-01.yaml:3:10: error: 2026-01-01.yaml takes effect on 2026-01-01 too. Try: let each version take effect on a day of its own."]),
        (("2026-07-01", "shop", "other"), ["2026-07-01.yaml:2:12: error: the programme is other, and in 2026-01-01.yaml, the version before this one, shop. Try: keep shop, or begin a programme of its own."]),
        (("2026-07-01", "America/New_York", "UTC"), ["2026-07-01.yaml:4:7: error: the zone is UTC, and in 2026-01-01.yaml, the version before this one, America/New_York. Try: keep America/New_York, or begin a programme of its own."]),
        (("2026-07-01", "USD", "EUR"), ["2026-07-01.yaml:5:11: error: the currency is EUR, and in 2026-01-01.yaml, the version before this one, USD. Try: keep USD, or begin a programme of its own."]),
        (("2026-07-01", "version: 2026-07-01\n", ""), ["2026-07-01.yaml:1:1: error: one of several versions says the day it takes effect. Try: write version: 2027-01-01."]),
    ],
)  # fmt: skip
def test_versions_follow_each_other(second: tuple[str, ...], expected: list[str]) -> None:
    found = check_timeline([version(*second), version("2026-01-01")])
    assert [render(issue) for issue in found] == expected


def test_versions_that_do_not_follow_each_other_are_no_timeline() -> None:
    with pytest.raises(InvariantBroken, match="versions follow each other"):
        Timeline([version("2026-01-01"), version("2026-01-01")])


def test_a_version_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(TEXT, encoding="utf-8")
    read = load_version(file)
    assert (read.file, read.spec.version, read.programme.version) == (file.as_posix(), "2026-01-01", "2026-01-01")
    file.write_text(TEXT.replace("USD", "USDD"), encoding="utf-8")
    with pytest.raises(Invalid, match="'USDD' is not a currency"):
        load_version(file)
