"""A year as a ledger tells it: who is at which level, what was earned and expired, what expires next, what is in reach.

Invariants:
* Everything is read from the ledger's tables; nothing is rated here.
* What expires at the instant between two months can be used until the end of the first, and expires in the second.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb

    from guerdon.core.lots.rewards import Reward
    from guerdon.core.programme import Programme

_TABLES: Final = ("journals", "postings", "lots", "standings", "levels", "level_history")

_ENDS: Final = "CREATE TABLE ends (name VARCHAR, starts_at BIGINT, ends_at BIGINT)"

_MONTHS: Final = """
    SELECT ends.name, -coalesce(sum(points) FILTER (WHERE book = 'issued'), 0),
        coalesce(sum(points) FILTER (WHERE book = 'breakage'), 0)
    FROM ends LEFT JOIN (
        SELECT epoch_us("at") AS happened_at, book, points FROM postings JOIN journals USING (account, journal)
        WHERE $account IS NULL OR CAST(account AS VARCHAR) = $account
    ) ON happened_at >= starts_at AND happened_at < ends_at
    GROUP BY ALL ORDER BY ALL
"""

_LEVELS: Final = """
    SELECT ends.name, coalesce(moved.level, $lowest), count(*)
    FROM levels AS held CROSS JOIN ends ASOF LEFT JOIN (
        SELECT account, level, epoch_us("at") AS moved_at FROM level_history WHERE ladder = $ladder
    ) AS moved ON moved.account = held.account AND moved.moved_at < ends.ends_at
    WHERE held.ladder = $ladder AND ($account IS NULL OR CAST(held.account AS VARCHAR) = $account)
    GROUP BY ALL ORDER BY ALL
"""

_EXPIRING: Final = """
    SELECT ends.name, CAST(sum(remaining) AS BIGINT), count(DISTINCT account)
    FROM ends JOIN lots ON epoch_us(expires_at) > starts_at AND epoch_us(expires_at) <= ends_at
    WHERE remaining > 0
    GROUP BY ALL ORDER BY ALL
"""

_IN_REACH: Final = """
    SELECT level, count(*) FROM standings JOIN levels USING (account)
    WHERE ladder = $ladder AND available >= $price GROUP BY ALL
"""

_MOVES: Final = """
    SELECT epoch_us("at"), before, level, credit FROM level_history
    WHERE CAST(account AS VARCHAR) = $account AND ladder = $ladder AND before <> level ORDER BY "at"
"""


@dataclass(frozen=True)
class Move:
    """A level that an account came to, and what counted then."""

    day: str
    before: str
    level: str
    credit: object


class Year:
    """Answers questions of a ledger; months and quarters are those of the programme's zone."""

    def __init__(self, programme: "Programme", con: "duckdb.DuckDBPyConnection") -> None:
        self.programme: Final = programme
        self.con: Final = con
        self.ladder: Final = programme.ladders[0]
        self.levels: Final = [level.name for level in self.ladder.levels]

    def months(self, names: Sequence[str], account: str | None = None) -> list[tuple[str, int, int, int]]:
        """Return for each month what was earned, what expired, and what was left at its end."""
        self._end_with(names)
        found, left = [], 0
        for name, earned, expired in self._rows(_MONTHS, account=account):
            left += earned - expired
            found.append((name, earned, expired, left))
        return found

    def held(self, names: Sequence[str], account: str | None = None) -> dict[str, dict[str, int]]:
        """Return how many accounts held each level at the end of each month."""
        self._end_with(names)
        found: dict[str, dict[str, int]] = {name: dict.fromkeys(self.levels, 0) for name in names}
        rows = self._rows(_LEVELS, ladder=self.ladder.name, lowest=self.levels[0], account=account)
        for name, level, count in rows:
            found[name][level] = count
        return found

    def expiring(self, names: Sequence[str]) -> list[tuple[str, int, int]]:
        """Return what can be used until the end of each month and no longer, and by how many accounts."""
        self._end_with(names)
        return self._rows(_EXPIRING)

    def in_reach(self) -> Iterator[tuple[str, int, dict[str, int]]]:
        """Yield each reward with its price, and how many accounts of each level that may have it have the points for it.

        Only what a reward's condition says of levels is looked at.
        """
        for reward in self.programme.rewards:
            price = reward.price_of([], 0, [])
            held = dict(self._rows(_IN_REACH, ladder=self.ladder.name, price=price))
            yield reward.title, price, {level: held.get(level, 0) for level in self._levels_for(reward)}

    def _levels_for(self, reward: "Reward") -> list[str]:
        """Return the levels at which a reward may be had."""
        nothing = [0 for _ in self.programme.metrics]
        return [
            level
            for position, level in enumerate(self.levels)
            if reward.when is None or reward.when.of([], 0, 0, [position, *nothing])
        ]

    def moves(self, account: str) -> list[Move]:
        """Return how an account's level changed."""
        from guerdon.core.calendar import day_name

        zone = self.programme.zone
        rows = self._rows(_MOVES, account=account, ladder=self.ladder.name)
        return [Move(day_name(zone.day_of(at)), before, level, credit) for at, before, level, credit in rows]

    def _end_with(self, names: Sequence[str]) -> None:
        """Name the months that are asked for, with their first instant and the one after their last."""
        from guerdon.core.calendar import MONTH, month_name

        zone = self.programme.zone
        wanted = {month_name(index): index for index in range(*_around(names))}
        self.con.execute("DELETE FROM ends")
        for name in names:
            bounds = [zone.period_start(MONTH, wanted[name] + more) for more in (0, 1)]
            self.con.execute("INSERT INTO ends VALUES (?, ?, ?)", [name, *bounds])

    def _rows(self, query: str, **values: object) -> list[Any]:
        named: Mapping[str, object] = values
        return self.con.execute(query, named).fetchall()


@contextmanager
def opened(folder: Path, programme: "Programme") -> Iterator[Year]:
    """Open a ledger's folder to ask it."""
    import duckdb

    with duckdb.connect() as con:
        for table in _TABLES:
            con.read_parquet(str(folder / table / "*.parquet")).create_view(table)
        con.execute(_ENDS)
        yield Year(programme, con)


def _around(names: Sequence[str]) -> tuple[int, int]:
    """Return the months' indexes, from the first to beyond the last."""
    indexes = [int(name[:4]) * 12 + int(name[5:]) - 1 for name in names]
    return min(indexes), max(indexes) + 1
