"""The commands as people use them: what they print, where, and with which status."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guerdon.cli.main import commands
from guerdon.definition.shipped import shipped

Run = Callable[..., Result]

PROGRAMME = """\
format: 1
programme: corner-shop
zone: America/New_York
currency: USD
units: {points: {}}
rules:
  - id: spend
    of: floor(eligible)
    bands: [{above: 50, rate: 1}, {above: 100, rate: 2}]
examples:
  - given: [{at: 2017-02-01, amount: 120}]
    expect: {points: 90}
"""

PURCHASES = """\
id,member,at,amount,till
1,ana,2017-01-03 14:20,120.75,a
2,ana,2017-02-03,50.00,a
3,bob,2017-02-04,200,b
3,bob,2017-02-04,200,b
4,bob,2017-03-04,-20,b
"""

STATEMENT = """\
member,month,unit,points
ana,2017-01,points,90
ana,2017-02,points,0
ana,total,points,90
bob,2017-02,points,250
bob,2017-03,points,0
bob,total,points,250
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder that holds a programme and its purchases."""
    monkeypatch.chdir(tmp_path)
    Path("shop.yaml").write_text(PROGRAMME, encoding="utf-8")
    Path("purchases.csv").write_text(PURCHASES, encoding="utf-8")
    return lambda *words, **settings: CliRunner().invoke(commands, [str(word) for word in words], **settings)


# check


def test_a_right_programme_is_told_so_in_one_line(run: Run) -> None:
    done = run("check", "shop.yaml")
    assert (done.exit_code, done.output) == (0, "shop.yaml: ok, 1 rule, 1 example ran\n")


def test_every_mistake_of_every_file_is_told_at_its_place(run: Run) -> None:
    Path("wrong.yaml").write_text(
        PROGRAMME.replace("currency: USD", "currency: USDD").replace("of: floor", "off: floor"), encoding="utf-8"
    )
    done = run("check", "shop.yaml", "wrong.yaml")
    assert done.exit_code == 1
    lines = done.output.splitlines()
    assert lines[0] == "shop.yaml: ok, 1 rule, 1 example ran"
    assert lines[1].startswith("wrong.yaml:4:11: error: ")
    assert "Try: did you mean 'USD'?" in lines[1]
    assert lines[2] == "wrong.yaml:8:5: error: 'off' is not a key here. Try: did you mean 'of'?"
    assert lines[-1].startswith("wrong.yaml: ")


def test_an_example_that_does_not_come_out_is_a_mistake(run: Run) -> None:
    Path("wrong.yaml").write_text(PROGRAMME.replace("points: 90", "points: 91"), encoding="utf-8")
    done = run("check", "wrong.yaml")
    assert done.exit_code == 1
    assert "wrong.yaml:12:22: error: " in done.output
    assert "the rules give 90" in done.output


def test_what_was_found_is_there_for_machines(run: Run) -> None:
    Path("wrong.yaml").write_text(
        PROGRAMME.replace("zone: America/New_York", "zone: America/New_Yurk"), encoding="utf-8"
    )
    done = run("check", "--json", "shop.yaml", "wrong.yaml")
    assert done.exit_code == 1
    right, wrong = json.loads(done.stdout)["files"]
    assert (right["ok"], right["programme"], right["rules"], right["examples"]) == (True, "corner-shop", 1, 1)
    assert (wrong["ok"], wrong["rules"]) == (False, None)
    assert (wrong["issues"][0]["line"], wrong["issues"][0]["severity"]) == (3, "error")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("shp.yaml", "there is no file 'shp.yaml'. Try: did you mean 'shop.yaml'?"),
        ("empty.yaml", "empty.yaml:1:1: error: "),
    ],
)
def test_a_file_that_cannot_be_read_is_told(run: Run, name: str, said: str) -> None:
    Path("empty.yaml").touch()
    done = run("check", name)
    assert done.exit_code == 1
    assert said in done.output


def test_a_folder_of_versions_is_checked_rated_and_explained(run: Run) -> None:
    """One point a dollar above 50 becomes two in March; the bands above 100 stay."""
    folder, text = Path("versions"), ""
    folder.mkdir()
    for day, rate in (("2017-01-01", 1), ("2017-02-04", 2)):
        text = (
            PROGRAMME
            .replace("zone:", f"version: {day}\nzone:")
            .replace("rate: 1}", f"rate: {rate}}}")
            .partition("examples:")[0]
        )
        (folder / f"{day}.yaml").write_text(text, encoding="utf-8")
    assert run("check", "versions").output.endswith("versions: ok, 2 rules, no examples\n")
    assert "bob,2017-02,points,300\n" in run("rate", "versions", "purchases.csv").output
    told = run("explain", "versions", "purchases.csv", "--member", "ana").output
    assert "purchase 1, $120.75, by the version of 2017-01-01: 90 points" in told
    (folder / "2017-02-04.yaml").write_text(text.replace("corner-shop", "shop"), encoding="utf-8")
    done = run("check", "versions")
    assert (done.exit_code, "the programme is shop, and in" in done.output) == (1, True)


def test_a_shipped_programme_may_be_named_by_its_name_alone(run: Run) -> None:
    assert run("check", "coffee-card").output.startswith("coffee-card: ok, ")


# new, templates, schema


def test_the_templates_are_listed_with_what_they_are(run: Run) -> None:
    lines = run("templates").output.splitlines()
    described = dict([line.split("  ", maxsplit=1) for line in lines])
    assert described["coffee-card"].strip().startswith("One point a dollar, double in the quiet afternoon hours")
    named = {one["name"] for one in json.loads(run("templates", "--json").output)}
    assert {"coffee-card", "grocery", "three-month-exercise"} <= named


def test_a_new_programme_is_a_template_under_its_own_name_with_its_comments(run: Run) -> None:
    done = run("new", "corner/my-shop", "--from", "coffee-card")
    assert done.exit_code == 0, done.output
    file = Path("corner/my-shop/programme.yaml")
    assert str(file) in done.output
    text = file.read_text(encoding="utf-8")
    assert text.startswith("# yaml-language-server: $schema=programme.schema.json\n# A coffee bar's card")
    assert "\nprogramme: my-shop\n" in text
    assert "coffee-card" not in text
    assert json.loads((file.parent / "programme.schema.json").read_text(encoding="utf-8"))["title"] == "ProgrammeSpec"
    assert run("check", file).exit_code == 0


@pytest.mark.parametrize("name", [one.name for one in shipped()])
def test_every_template_runs_under_a_new_name(run: Run, name: str) -> None:
    assert run("new", "mine", "--from", name).exit_code == 0
    assert run("check", "mine/programme.yaml").exit_code == 0


def test_nothing_is_overwritten(run: Run) -> None:
    run("new", "mine", "--from", "coffee-card")
    Path("mine/programme.yaml").write_text("my work", encoding="utf-8")
    done = run("new", "mine", "--from", "grocery")
    assert done.exit_code == 1
    assert "is already there and is left as it is" in done.output
    assert Path("mine/programme.yaml").read_text(encoding="utf-8") == "my work"


def test_a_name_that_no_programme_can_have_is_a_wrong_use(run: Run) -> None:
    done = run("new", "My Shop", "--from", "coffee-card")
    assert done.exit_code == 2
    assert "try my-shop" in done.output
    assert not Path("My Shop").exists()


def test_the_schema_is_json_schema(run: Run) -> None:
    schema = json.loads(run("schema").output)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert "AttributeSpec" in schema["$defs"]


# rate


def test_the_statement_goes_to_output_and_what_is_said_beside_it_does_not(run: Run) -> None:
    done = run("rate", "shop.yaml", "purchases.csv")
    assert (done.exit_code, done.stdout) == (0, STATEMENT)
    said = done.stderr.splitlines()
    assert said[0] == "read 5 rows: 4 events"
    assert said[1].startswith("returns: 1 event, such as purchase 4 of bob; they name no purchase and none was found")
    assert said[1].endswith("write refund_of, or in the programme returns: {unlinked: {match_latest: ...}}")
    assert said[2] == "duplicates: 1 event came more than once and counted once"
    assert said[3] == "ignored columns: till"
    assert said[-1] == "total: 340 points for 2 members in 3 months"


def test_standard_input_is_read_as_a_file(run: Run) -> None:
    assert run("rate", "shop.yaml", "-", input=PURCHASES).stdout == STATEMENT


def test_a_statement_may_have_rows_by_month_or_by_member_alone(run: Run) -> None:
    months = "month,unit,points\n2017-01,points,90\n2017-02,points,250\n2017-03,points,0\n"
    assert run("rate", "shop.yaml", "purchases.csv", "--by", "month").stdout == months
    members = "member,unit,points\nana,points,90\nbob,points,250\n"
    assert run("rate", "shop.yaml", "purchases.csv", "--by", "member").stdout == members


def test_a_statement_is_written_where_asked(run: Run) -> None:
    done = run("rate", "shop.yaml", "purchases.csv", "--out", "points.csv")
    assert (done.exit_code, done.stdout) == (0, "")
    assert Path("points.csv").read_text(encoding="utf-8") == STATEMENT
    assert "wrote points.csv: 6 rows" in done.stderr


def test_foreign_columns_are_mapped_and_a_foreign_zone_is_read(run: Run) -> None:
    # 03:00 UTC on 1 February is still January in New York
    Path("till.csv").write_text("nr,customer,date,total\n1,eve,2017-02-01T03:00,51\n", encoding="utf-8")
    done = run(
        "rate",
        "shop.yaml",
        "till.csv",
        "--map",
        "id=nr,member=customer",
        "--map",
        "at=date,amount=total",
        "--zone",
        "UTC",
    )
    assert done.stdout == "member,month,unit,points\neve,2017-01,points,1\neve,total,points,1\n", done.stderr


def test_a_run_is_there_for_machines(run: Run) -> None:
    told = json.loads(run("rate", "shop.yaml", "purchases.csv", "--json").stdout)
    assert told["totals"] == {"points": 340}
    assert (told["members"], told["months"], told["rows"], told["engine"]) == (2, 3, 6, "query")
    assert told["summary"]["duplicates"] == 1
    assert told["statement"][0] == {"member": "ana", "month": "2017-01", "unit": "points", "points": 90}
    without = json.loads(run("rate", "shop.yaml", "purchases.csv", "--json", "--out", "points.csv").stdout)
    assert "statement" not in without


def test_points_with_decimals_reach_machines_as_text(run: Run) -> None:
    Path("fine.yaml").write_text(
        PROGRAMME
        .replace("points: {}", "points: {decimals: 2}")
        .replace("floor(eligible)", "eligible")
        .replace("points: 90", "points: 90.00"),
        encoding="utf-8",
    )
    told = json.loads(run("rate", "fine.yaml", "purchases.csv", "--json").stdout)
    # 50 + 2 x 20.75 for ana, 250 for bob
    assert told["totals"] == {"points": "341.50"}
    assert told["statement"][0]["points"] == "91.50"


def test_bad_rows_stop_the_run_or_are_set_aside(run: Run) -> None:
    with Path("purchases.csv").open("a", encoding="utf-8") as file:
        file.write("5,eve,2017-13-01,12,b\n")
    stopped = run("rate", "shop.yaml", "purchases.csv")
    assert stopped.exit_code == 1
    assert stopped.stdout == ""
    done = run("rate", "shop.yaml", "purchases.csv", "--bad-rows", "bad.csv")
    assert (done.exit_code, done.stdout) == (0, STATEMENT)
    assert "bad rows: 1 set aside in bad.csv" in done.stderr
    assert "2017-13-01" in Path("bad.csv").read_text(encoding="utf-8")


def test_a_wrong_programme_does_not_run(run: Run) -> None:
    Path("wrong.yaml").write_text(PROGRAMME.replace("points: 90", "points: 91"), encoding="utf-8")
    done = run("rate", "wrong.yaml", "purchases.csv")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert "wrong.yaml:12:22: error: " in done.stderr
    assert "the programme does not run until this is right" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "member"), "--map 'member' is not OURS=THEIRS"),
        (("--map", "at=a,at=b"), "at is called a and b"),
        (("--by", "store"), "--by 'store' is not something a statement has rows by"),
        (("--processes", "0"), "x>=1"),
        (("--memory", "lots"), "'lots' is no amount of memory; write it like 2GB or 500MB"),
    ],
)
def test_a_wrong_option_is_a_wrong_use(run: Run, words: tuple[str, ...], said: str) -> None:
    done = run("rate", "shop.yaml", "purchases.csv", *words)
    assert done.exit_code == 2
    assert said in done.stderr


# explain


def test_a_member_s_points_are_explained(run: Run) -> None:
    done = run("explain", "shop.yaml", "purchases.csv", "--member", "ana")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "2017-01-03 14:20  purchase 1, $120.75: 90 points",
        "  spend: 90 points",
        "    of $120, which is floor(eligible)",
        "    $50 above $50 at 1 a dollar = 50",
        "    $20 above $100 at 2 a dollar = 40",
        "",
        "2017-02-03  purchase 2, $50.00: 0 points",
        "  spend: nothing, because floor(eligible) is $50, not above $50",
        "",
        "in all, ana",
        "  2017-01          90 points",
        "  2017-02           0 points",
        "  total            90 points",
    ]


def test_one_event_is_explained_by_itself(run: Run) -> None:
    done = run("explain", "shop.yaml", "purchases.csv", "--member", "ana", "--event", "2")
    assert done.stdout.splitlines() == [
        "2017-02-03  purchase 2, $50.00: 0 points",
        "  spend: nothing, because floor(eligible) is $50, not above $50",
    ]


def test_an_explanation_is_there_for_machines(run: Run) -> None:
    told = json.loads(run("explain", "shop.yaml", "purchases.csv", "--member", "ana", "--json").stdout)
    rule = told["events"][0]["rules"][0]
    assert [part["granted"] for part in rule["parts"]] == [50, 40]
    assert told["sums"][-1] == {"member": "ana", "month": "total", "unit": "points", "points": 90}


def test_an_explanation_sums_to_the_statement(run: Run) -> None:
    statement = json.loads(run("rate", "shop.yaml", "purchases.csv", "--json").stdout)["statement"]
    for member in ("ana", "bob"):
        told = json.loads(run("explain", "shop.yaml", "purchases.csv", "--member", member, "--json").stdout)
        assert told["sums"] == [row for row in statement if row["member"] == member]


def test_an_event_that_is_not_the_member_s_is_told(run: Run) -> None:
    done = run("explain", "shop.yaml", "purchases.csv", "--member", "ana", "--event", "3")
    assert done.exit_code == 1
    assert "member ana has no event 3" in done.stderr
