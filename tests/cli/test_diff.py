"""What changes for members, as the command tells it: in words, as JSON, and by its status."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guerdon.cli.main import commands

OLD = """\
format: 1
programme: corner-shop
version: 2026-01-01
zone: America/New_York
currency: USD
units: {points: {}}
rules:
  - {id: spend, bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]}
  - {id: big, when: net >= 500, give: 100}
examples:
  - {name: Sample basket, given: [{at: 2026-02-01, amount: 120}], expect: {points: 90}}
"""

NEW = (
    OLD
    .replace("2026-01-01", "2027-01-01")
    .replace("above: 100, rate: 2", "above: 100, rate: 3")
    .replace("net >= 500", "net >= 600")
    .replace("points: 90", "points: 110")
)

TOLD = """\
corner-shop: 2026-01-01 to 2027-01-01

Better for members
  spend: above $100: 3 points a dollar, was 2

Worse for members
  big: when net >= 600, was net >= 500

Examples that come out differently
  Sample basket: 90 points, now 110

Nothing to members
  examples changed
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder that holds two versions of a programme."""
    monkeypatch.chdir(tmp_path)
    Path("old.yaml").write_text(OLD, encoding="utf-8")
    Path("new.yaml").write_text(NEW, encoding="utf-8")
    return lambda *words: CliRunner().invoke(commands, [str(word) for word in words])


def test_what_changes_for_members_is_told_in_groups(run: Run) -> None:
    done = run("diff", "old.yaml", "new.yaml")
    assert (done.exit_code, done.output) == (0, TOLD)


def test_a_file_without_a_version_is_called_by_its_name(run: Run) -> None:
    Path("old.yaml").write_text(OLD.replace("version: 2026-01-01\n", ""), encoding="utf-8")
    assert run("diff", "old.yaml", "new.yaml").output.startswith("corner-shop: old.yaml to 2027-01-01\n")


def test_long_texts_stand_one_below_the_other(run: Run) -> None:
    long = "net >= 500 and weekday = 1 and month = 5 and year > 2020 and day > 5"
    Path("new.yaml").write_text(OLD.replace("net >= 500", long), encoding="utf-8")
    assert run("diff", "old.yaml", "new.yaml").output.splitlines()[2:] == [
        "Worse for members",
        "  big: when reads differently",
        "    was: net >= 500",
        f"    now: {long}",
    ]


def test_a_comment_changes_nothing(run: Run) -> None:
    Path("new.yaml").write_text(f"# another comment\n{OLD}", encoding="utf-8")
    assert run("diff", "old.yaml", "new.yaml").output == "corner-shop: 2026-01-01 to 2026-01-01\nnothing changes\n"


def test_the_changes_are_there_for_machines(run: Run) -> None:
    data = json.loads(run("diff", "--json", "old.yaml", "new.yaml").output)
    assert data["old"] == {"file": "old.yaml", "programme": "corner-shop", "version": "2026-01-01"}
    assert data["new"]["version"] == "2027-01-01"
    assert data["changes"][0] == {
        "verdict": "better",
        "about": "spend",
        "what": "above $100: 3 points a dollar, was 2",
        "was": None,
        "now": None,
        "file": "new.yaml",
        "line": 8,
        "column": 24,
    }
    assert [one["verdict"] for one in data["changes"]] == ["better", "worse", "keeping"]
    assert data["examples"] == [{"name": "Sample basket", "old": {"points": "90"}, "new": {"points": "110"}}]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (("net >= 500", "net >= 400"), 3),
        (("net >= 500", "weekday = 1"), 3),
        (("corner-shop", "other-shop"), 0),
        (("net >= 500", "net>=500"), 0),
    ],
)
def test_the_status_says_on_request_whether_something_changes_for_members(
    run: Run, change: tuple[str, str], status: int
) -> None:
    Path("new.yaml").write_text(OLD.replace(*change), encoding="utf-8")
    assert run("diff", "old.yaml", "new.yaml").exit_code == 0
    assert run("diff", "--exit-code", "old.yaml", "new.yaml").exit_code == status


def test_a_wrong_file_is_told_as_a_check_tells_it(run: Run) -> None:
    Path("new.yaml").write_text(NEW.replace("net >=", "nte >="), encoding="utf-8")
    done = run("diff", "old.yaml", "new.yaml")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "new.yaml:9:21: error: there is no field nte. Try: did you mean net?",
        "new.yaml: the programme is compared when this is right",
    ]


def test_a_file_that_is_not_there_is_told(run: Run) -> None:
    done = run("diff", "odl.yaml", "new.yaml")
    assert done.exit_code == 1
    assert "did you mean 'old.yaml'?" in str(done.exception)


def test_shipped_programmes_are_called_by_their_names(run: Run) -> None:
    assert run("diff", "coffee-card", "grocery").exit_code == 0


# check --replaces

PROMISED = OLD.replace("zone:", "changes: {notice: 30 days}\nzone:")


@pytest.fixture
def check(run: Run) -> Run:
    """Check new.yaml as what replaces old.yaml, which promises notice."""
    Path("old.yaml").write_text(PROMISED, encoding="utf-8")
    Path("new.yaml").write_text(NEW.replace("zone:", "changes: {notice: 30 days}\nzone:"), encoding="utf-8")
    return lambda *words: run("check", "new.yaml", "--replaces", "old.yaml", *words)


def test_what_is_taken_away_too_soon_is_a_mistake_at_its_place(check: Run) -> None:
    assert check("--on", "2026-12-02").output == "new.yaml: ok, 2 rules, 1 example ran\n"
    done = check("--on", "2026-12-03")
    assert done.exit_code == 1
    assert done.output == (
        "new.yaml:10:21: error: this takes something away from members on 2027-01-01, too soon: "
        "big: when net >= 600, was net >= 500. Try: it may from 2027-01-02 on, 30 days after 2026-12-03; "
        "what is better may come at once, in a version of its own: a version with both is two changes.\n"
        "new.yaml: 1 error\n"
    )


def folder_of(name: str, *versions: str) -> None:
    """Write versions into a folder, each in the file of its day."""
    for text in versions:
        Path(name).mkdir(exist_ok=True)
        Path(name, f"{text.split('version: ')[1][:10]}.yaml").write_text(text, encoding="utf-8")


def test_folders_of_versions_replace_each_other_version_by_version(check: Run, run: Run) -> None:
    new = Path("new.yaml").read_text(encoding="utf-8")
    folder_of("published", PROMISED)
    folder_of("next", PROMISED, new)
    assert run("check", "next", "--replaces", "published", "--on", "2026-12-02").exit_code == 0
    done = run("check", "next", "--replaces", "published", "--on", "2026-12-03")
    assert done.exit_code == 1
    assert (
        "next/2027-01-01.yaml:10:21: error: this takes something away from members on 2027-01-01, too soon"
        in done.output
    )
    assert run("check", "next", "--replaces", "next", "--on", "2026-12-31").exit_code == 0
    assert check("--on", "2026-12-03").exit_code == 1


def test_a_file_is_one_more_version_of_the_folder_that_it_replaces(check: Run, run: Run) -> None:
    """Of two versions the second is in force when the new one comes; the first alone promised notice."""
    second = NEW.replace("2027-01-01", "2026-06-01")
    folder_of("published", PROMISED, second)
    assert run("check", "new.yaml", "--replaces", "published", "--on", "2026-12-31").exit_code == 0
    folder_of("published", PROMISED.replace("2026-01-01", "2026-06-01"))
    assert run("check", "new.yaml", "--replaces", "published", "--on", "2026-12-31").exit_code == 1
    assert check("--on", "2026-12-02").exit_code == 0


def test_today_is_the_day_unless_another_is_stated(check: Run) -> None:
    Path("new.yaml").write_text(PROMISED.replace("2026-01-01", "2099-01-01"), encoding="utf-8")
    assert check().exit_code == 0
    Path("new.yaml").write_text(NEW.replace("2027-01-01", "2026-01-02"), encoding="utf-8")
    assert "too soon" in check().output


def test_a_replacement_is_checked_for_machines_too(check: Run) -> None:
    data = json.loads(check("--json", "--on", "2026-12-31").output)["files"][0]
    assert (data["ok"], data["issues"][0]["code"], data["issues"][0]["line"]) == (False, "notice", 10)


@pytest.mark.parametrize("wrong", ["old.yaml", "new.yaml"])
def test_both_versions_are_right_before_they_are_compared(check: Run, wrong: str) -> None:
    Path(wrong).write_text(PROMISED.replace("net >=", "nte >="), encoding="utf-8")
    done = check("--on", "2026-12-31")
    assert done.exit_code == 1
    assert done.output.splitlines() == [
        f"{wrong}:10:21: error: there is no field nte. Try: did you mean net?",
        "new.yaml: 1 error",
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("old.yaml", "--on", "2026-12-31"), "--replaces goes with one FILE"),
        (("--on", "tomorrow"), "--on 'tomorrow' is not a date; write it like 2017-07-04"),
    ],
)
def test_a_day_or_a_version_too_many_is_a_wrong_use(check: Run, words: tuple[str, ...], said: str) -> None:
    done = check(*words)
    assert done.exit_code == 2
    assert said in done.stderr


def test_a_day_without_a_version_is_a_wrong_use(run: Run) -> None:
    done = run("check", "new.yaml", "--on", "2026-12-31")
    assert done.exit_code == 2
    assert "--on goes with --replaces" in done.stderr
