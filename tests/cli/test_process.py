"""The command as a process: statuses, streams, and no traceback whatever is asked."""

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_commands import PROGRAMME, PURCHASES

COMMAND = (sys.executable, "-m", "guerdon")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "shop.yaml").write_text(PROGRAMME, encoding="utf-8")
    (tmp_path / "purchases.csv").write_text(PURCHASES, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    return tmp_path


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("rate", "shp.yaml", "purchases.csv"), "Error: there is no file 'shp.yaml'; did you mean 'shop.yaml'?"),
        (("rate", "grocry", "purchases.csv"), "Error: there is no file 'grocry'; did you mean 'grocery'?"),
        (("rate", "empty", "purchases.csv"), "Error: there is no programme in the folder empty"),
        (("rate", "shop.yaml", "purchase.csv"), "Error: there is no file purchase.csv"),
        (("check", "empty"), "Error: there is no programme in the folder empty"),
        (("rate", "shop.yaml", "."), "Error: . is a folder; name its files"),
        (("rate", "shop.yaml", "purchases.csv", "--zone", "Mars/Base"), "Mars/Base"),
        (
            ("rate", "shop.yaml", "purchases.csv", "--unit", "stars"),
            "Error: there is no unit stars; the programme counts points",
        ),
        (("rate", "shop.yaml", "purchases.csv", "--out", "no/such/folder.csv"), "no/such"),
        (("explain", "shop.yaml", "purchases.csv", "--member", "zoe"), "Error: no event is of member zoe"),
        (("new", "mine", "--from", "grocry"), "Error: there is no template 'grocry'; did you mean 'grocery'?"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(folder: Path, words: tuple[str, ...], said: str) -> None:
    done = run(folder, *words)
    assert done.returncode == 1
    assert done.stdout == ""
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_programme_ends_in_its_mistakes(folder: Path) -> None:
    (folder / "wrong.yaml").write_text(PROGRAMME.replace("points: 90", "points: 91"), encoding="utf-8")
    for words in (("check", "wrong.yaml"), ("rate", "wrong.yaml", "purchases.csv")):
        done = run(folder, *words)
        assert done.returncode == 1
        assert "wrong.yaml:12:22: error: " in done.stdout + done.stderr


def test_an_unknown_command_is_a_wrong_use(folder: Path) -> None:
    done = run(folder, "chek")
    assert done.returncode == 2
    assert "'check'" in done.stderr


def test_the_version_is_told(folder: Path) -> None:
    done = run(folder, "--version")
    assert done.returncode == 0
    assert done.stdout.startswith("guerdon ")


@pytest.mark.parametrize("command", ["check", "demo", "explain", "new", "rate", "schema", "templates"])
def test_every_command_shows_how_it_is_used(folder: Path, command: str) -> None:
    done = run(folder, command, "--help")
    assert done.returncode == 0
    assert f"guerdon {command}" in done.stdout.partition("Example")[2]


def test_a_reader_who_leaves_early_is_no_failure(folder: Path) -> None:
    rows = "".join(f"{number},m{number},2017-01-03,60\n" for number in range(30_000))
    (folder / "many.csv").write_text("id,member,at,amount\n" + rows, encoding="utf-8")
    with subprocess.Popen(
        [*COMMAND, "rate", "shop.yaml", "many.csv"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "member,month,unit,points\n"
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait() == 141


def test_an_interrupted_run_is_quiet(folder: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "rate", "shop.yaml", "-"],
        cwd=folder,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # Whoever started these tests in the background had them ignore interrupts; a person at a terminal does not.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - nothing else runs here yet
    ) as process:
        assert process.stdin is not None
        # More than a pipe holds: when this is written, the command is reading.
        process.stdin.write(b"id,member,at,amount\n" + b"1,ana,2017-01-03,60\n" * 50_000)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
        assert said.strip() == b""
        assert process.returncode == 130


def on_a_terminal(folder: Path, *words: str, **environment: str) -> str:
    """Return what a command prints on a terminal."""
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR"}}
    with subprocess.Popen(
        [*COMMAND, *words], cwd=folder, stdout=theirs, stderr=theirs, env=plain | environment
    ) as process:
        os.close(theirs)
        said = b""
        while part := _read(ours):
            said += part
        assert process.wait() == 0
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        # Linux says so when the last writer has closed the terminal.
        return b""


def test_a_terminal_shows_an_aligned_table_and_the_total(folder: Path) -> None:
    said = on_a_terminal(folder, "rate", "shop.yaml", "purchases.csv", "--no-progress", NO_COLOR="1")
    assert said.startswith("member  month    unit    points\nana     2017-01  points      90\n")
    assert "total: 340 points for 2 members in 3 months\n" in said


def test_colours_are_for_terminals_that_want_them(folder: Path) -> None:
    assert "\x1b[32mok" in on_a_terminal(folder, "check", "shop.yaml")
    assert "\x1b" not in on_a_terminal(folder, "check", "shop.yaml", NO_COLOR="1")
    assert "\x1b" not in run(folder, "check", "shop.yaml").stdout
