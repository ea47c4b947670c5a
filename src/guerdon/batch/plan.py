"""What a programme asks of the data engine, as SQL text: fields, baskets and slots as views over "events" and "lines".

Views, each over the one before:
* "dated" is the events with the calendar fields that expressions read;
* "line values" is the lines with what of them is eligible, "valued" the dated events with theirs;
* "baskets" holds what expressions gather from an event's lines;
* "rated" has a column `s0, s1, ...` for each slot of an event, "rated lines" the same for slots of lines.

Invariant: a slot's column holds what its closure gives for the same event, or the same line.
"""

from collections.abc import Iterable, Sequence
from typing import Final

import duckdb

from guerdon.batch.intake import History, Summary
from guerdon.batch.intake.lists import LINES, unnested
from guerdon.batch.intake.sql import name, text
from guerdon.core.calendar import DAY, Turns
from guerdon.core.expr.python import event_closure
from guerdon.core.expr.sql import Names, render, render_aggregate, width
from guerdon.core.expr.tree import TEXT, Aggregate, Node, Table, aggregates, fields, lookups
from guerdon.core.programme import Programme
from guerdon.core.slots import FOREVER, Slot

_DATED: Final = ("hour", "weekday", "day", "month", "year")
_VALUES: Final = "#values"
_BASE: Final = "CASE WHEN l.net > l.points_paid THEN l.net - l.points_paid ELSE 0 END"
_HALF_DAY: Final = 43_200_000_000


class Plan:
    """The views a programme needs over one history; `statements` create them on a connection."""

    def __init__(self, programme: Programme, history: History, span: tuple[int, int]) -> None:
        self.programme: Final = programme
        self.has_lines: Final = history.has_lines
        self.has_lists: Final = history.has_lists
        self.has_refunds: Final = history.has_refunds
        self.span: Final = span
        self.idle: Final = frozenset(i for i, slot in enumerate(programme.slots) if _is_idle(slot, history))
        self.nodes: Final = [node for slot in programme.slots for node in slot.nodes()]
        self.gathered: Final[dict[Aggregate, str]] = self._gathered()
        exclude = programme.eligible.exclude
        self.read: Final = {
            (field.line, field.name)
            for node in [*self.nodes, *([exclude] if exclude else [])]
            for field in fields(node)
        }

    def names(self, table: str) -> Names:
        """Return where fields stand, with gathered values in columns of `table`; without lines there is nothing gathered."""
        return named({
            one: f"{table}.{name(word)}" if self.has_lines else "NULL" for one, word in self.gathered.items()
        })

    def statements(self) -> list[str]:
        """Return the statements that create the views, and the small tables they join."""
        made = [*self._tables(), view("dated", self._dated())]
        if self.has_lists:
            made.append(view("listed", self._listed()))
        if self.has_lines:
            values = unnested('"listed"', column=_VALUES) if self.has_lists else self._line_values()
            made.append(view("line values", f"SELECT * FROM {values}" if self.has_lists else values))
        made.append(view("valued", self._valued()))
        if self.gathered and self.has_lines:
            made.append(view("baskets", self._baskets()))
        made.append(view("rated", self._rated()))
        if self.has_lines:
            made.append(view("rated lines", self._rated_lines()))
        return made

    def event_slots(self) -> list[int]:
        """Return the positions of the slots of events that SQL can say."""
        return [i for i, slot in enumerate(self.programme.slots) if not slot.per_line and slot.by_code is None]

    def line_slots(self) -> list[int]:
        """Return the positions of the slots of lines."""
        return [i for i, slot in enumerate(self.programme.slots) if slot.per_line]

    def _gathered(self) -> dict[Aggregate, str]:
        found = dict.fromkeys(one for node in self.nodes for one in aggregates(node))
        return {one: f"b{position}" for position, one in enumerate(found)}

    def _tables(self) -> list[str]:
        exclude = self.programme.eligible.exclude
        nodes = [*self.nodes, *([exclude] if exclude else [])]
        tables = {look.table.name: look.table for node in nodes for look in lookups(node)}
        return [statement for table in tables.values() for statement in table_statements(table)]

    def _dated(self) -> str:
        """Add local calendar fields; days come from the zone's own tables, never from the data engine's idea of it."""
        wanted = [word for word in _DATED if (False, word) in self.read]
        if not wanted:
            return 'SELECT * FROM "events"'
        joins, columns = "", []
        if "hour" in wanted:
            offset, join = turned(self.programme.zone.offset_table(*self.span), "offsets")
            joins += join
            columns.append(f'CASE WHEN e.timed THEN (e."at" + {offset}) // 3600000000 % 24 END AS "hour"')
        if wanted != ["hour"]:
            day, join = turned(self.programme.zone.period_table(DAY, *self.span), "days")
            joins += join
            date = f"(DATE '1970-01-01' + CAST({day} AS INTEGER))"
            parts = {"weekday": "isodow", "day": "day", "month": "month", "year": "year"}
            columns += [f"date_part('{parts[word]}', {date}) AS {name(word)}" for word in wanted if word in parts]
        return f'SELECT e.*, {", ".join(columns)} FROM "events" AS e{joins}'

    def _line_values(self) -> str:
        eligible = self.programme.eligible
        base = "l.net" if eligible.keeps_points else _BASE
        columns = f"l.*, l.amount + l.discount AS gross, {base} AS eligible"
        if eligible.exclude is None:
            return f'SELECT {columns} FROM "lines" AS l'
        gone = render(eligible.exclude, self.names("b"))
        joined = 'SELECT l.*, {0} AS eligible, l.amount + l.discount AS gross FROM "lines" AS l JOIN "dated" AS e ON e."row" = l."row"'
        case = f"CASE WHEN {gone} THEN 0 ELSE {base} END"
        if self._reads_events(eligible.exclude):
            return joined.format(case)
        return f'SELECT l.*, {case} AS eligible, l.amount + l.discount AS gross FROM "lines" AS l'

    def _listed(self) -> str:
        """Add an event's lines, with what of each is eligible, as a list."""
        eligible = self.programme.eligible
        value = "l.net" if eligible.keeps_points else _BASE
        if eligible.exclude is not None:
            value = f"CASE WHEN {render(eligible.exclude, self.names('b'))} THEN 0 ELSE {value} END"
        line = f"struct_insert(l, gross := l.amount + l.discount, eligible := {value})"
        return f'SELECT e.*, list_transform(COALESCE(e.{name(LINES)}, []), lambda l: {line}) AS {name(_VALUES)} FROM "dated" AS e'

    def _reads_events(self, node: Node) -> bool:
        return any(not field.line for field in fields(node))

    def _valued(self) -> str:
        """Add what of an event is eligible, and its gross; each only when an expression reads it."""
        source = '"listed"' if self.has_lists else '"dated"'
        wanted = [word for word in ("gross", "eligible") if (False, word) in self.read]
        if not wanted:
            return f"SELECT * FROM {source}"
        sums = dict[str, str]()
        lines = ""
        if self.has_lists:
            sums = {word: _summed(word) for word in ("eligible", "discount")}
        elif self.has_lines:
            sums = {word: f"v.{word}" for word in ("eligible", "discount")}
            each = ", ".join(f"SUM({word}) AS {word}" for word in sums)
            lines = f' LEFT JOIN (SELECT "row", {each} FROM "line values" GROUP BY "row") AS v ON v."row" = e."row"'
        values = {
            "gross": "e.amount + e.discount" + (f" + COALESCE({sums['discount']}, 0)" if sums else ""),
            "eligible": f"CAST({self._eligible(sums.get('eligible'))} AS BIGINT)",
        }
        columns = ", ".join(f"{values[word]} AS {word}" for word in wanted)
        return f"SELECT e.*, {columns} FROM {source} AS e{lines}"

    def _eligible(self, summed: str | None) -> str:
        eligible = self.programme.eligible
        own = (
            "e.amount"
            if eligible.keeps_points
            else "CASE WHEN e.amount > e.points_paid THEN e.amount - e.points_paid ELSE 0 END"
        )
        total = f"COALESCE({summed}, {own})" if summed else own
        total += "".join(f" + e.{name(word)}" for word in eligible.extras)
        if eligible.exclude is None or eligible.by_line:
            return total
        gone = render(eligible.exclude, self.names("b"))
        return f"CASE WHEN {gone} THEN 0 ELSE {total} END"

    def _baskets(self) -> str:
        names = named(None)
        columns = [f"{render_aggregate(one, names)} AS {name(word)}" for one, word in self.gathered.items()]
        join = ""
        if any(self._reads_events(one) for one in self.gathered):
            join = ' JOIN "valued" AS e ON e."row" = l."row"'
        return f'SELECT l."row", {", ".join(columns)} FROM "line values" AS l{join} GROUP BY l."row"'

    def _rated(self) -> str:
        names = self.names("b")
        columns = [f"{slot_sql(self.programme.slots[i], names)} AS s{i}" for i in self.event_slots()]
        if self.has_lists:
            columns += [
                f"list_transform(e.{name(_VALUES)}, lambda l: {slot_sql(self.programme.slots[i], names)}) AS l{i}"
                for i in self.line_slots()
            ]
        join = ' LEFT JOIN "baskets" AS b ON b."row" = e."row"' if self.gathered and self.has_lines else ""
        extra = "".join(f", b.{name(word)}" for word in self.gathered.values()) if join else ""
        return f'SELECT e.*{extra}{"".join(", " + column for column in columns)} FROM "valued" AS e{join}'

    def _rated_lines(self) -> str:
        names = self.names("e")
        columns = [f"{slot_sql(self.programme.slots[i], names)} AS s{i}" for i in self.line_slots()]
        carried = "".join(f", e.s{i}" for i in self.event_slots())
        return (
            f'SELECT l."row", l."line", e.account{carried}{"".join(", " + column for column in columns)} '
            f'FROM "line values" AS l JOIN "rated" AS e ON e."row" = l."row" WHERE NOT e.returned'
        )


def span_of(summary: Summary) -> tuple[int, int]:
    """Return the instants the calendar tables must cover."""
    first, last = summary.first_at, summary.last_at
    return (0, 1) if first is None or last is None else (first, last + 1)


def named(gathered: dict[Aggregate, str] | None) -> Names:
    """Return where fields and tables stand in the views; without `gathered` aggregates are computed on the spot."""
    return Names(gathered, renamed={"net": "amount"}, tables="table ")


def slot_sql(slot: Slot, names: Names) -> str:
    """Return a slot as SQL: its value where its conditions hold, else what it is otherwise."""
    kind = width((min(slot.low, slot.otherwise), max(slot.high, slot.otherwise)))
    conditions = [f'e."type" IN ({", ".join(map(text, slot.event_types))})', "NOT e.returned"]
    if slot.starts_at > -FOREVER:
        conditions.append(f'e."at" >= {slot.starts_at}')
    if slot.ends_at < FOREVER:
        conditions.append(f'e."at" < {slot.ends_at}')
    conditions += [render(node, names) for node in (slot.when, slot.where) if node is not None]
    value = "NULL" if slot.value is None else render(slot.value, names)
    return (
        f"CASE WHEN {' AND '.join(conditions)} THEN CAST({value} AS {kind}) ELSE CAST({slot.otherwise} AS {kind}) END"
    )


def _is_idle(slot: Slot, history: History) -> bool:
    """Say whether a slot of events is the same for all: it is of other types, or reads nothing but columns that no file has."""
    if slot.per_line or slot.by_code is not None:
        return False
    if history.types.isdisjoint(slot.event_types):
        return True
    absent = history.absent
    read = [one for node in (slot.value, slot.when) if node is not None for one in fields(node)]
    if any(one.name in absent and not one.line and not one.type.absent for one in read):
        return True  # every event of such a type needs what no file has, so there is none
    nothing: dict[str, object] = dict.fromkeys(absent)

    def reads_nothing(node: Node) -> bool:
        read = fields(node)
        return bool(read) and not any(aggregates(node)) and all(one.name in absent and not one.line for one in read)

    if slot.when is not None and reads_nothing(slot.when) and not event_closure(slot.when)(nothing):
        return True
    return slot.value is not None and reads_nothing(slot.value) and event_closure(slot.value)(nothing) == slot.otherwise


def _summed(word: str) -> str:
    """Return SQL for the sum of something over an event's lines; of none, NULL."""
    return f"list_sum(list_transform(e.{name(_VALUES)}, lambda l: l.{name(word)}))"


def view(word: str, query: str) -> str:
    """Return the statement that creates a view for one connection."""
    return f"CREATE OR REPLACE TEMP VIEW {name(word)} AS {query}"


def turned(table: Turns, word: str) -> tuple[str, str]:
    """Return SQL for what holds at `e."at"`, and the join it needs; a table of few turns needs none."""
    turns = [(turn, after) for half_day, turn, before, after in _rows(table) if before != after]
    if len(turns) <= CASES_MAX:
        first = table.before[0] if table.before else 0
        return cases(turns, first), ""
    values = ", ".join(f"({half_day}, {turn}, {before}, {after})" for half_day, turn, before, after in _rows(table))
    source = f"(VALUES {values}) AS {word}(half_day, turn, before, after)"
    number = f'CASE WHEN e."at" < {word}.turn THEN {word}.before ELSE {word}.after END'
    return number, f' JOIN {source} ON {word}.half_day = e."at" // {_HALF_DAY}'


CASES_MAX: Final = 64
"""So many turns are found by halving in the query itself, which costs less than a join."""


def cases(turns: Sequence[tuple[int, int]], before: int) -> str:
    """Return SQL that finds what holds at `e."at"` by halving the turns."""
    if not turns:
        return str(before)
    middle = len(turns) // 2
    turn, after = turns[middle]
    return (
        f'CASE WHEN e."at" < {turn} THEN {cases(turns[:middle], before)} ELSE {cases(turns[middle + 1 :], after)} END'
    )


def _rows(table: Turns) -> Iterable[tuple[int, int, int, int]]:
    return zip(table.half_days, table.turns, table.before, table.after, strict=True)


def table_statements(table: Table) -> list[str]:
    """Return the statements that create a programme's table as a relation of keys and values."""
    word = name(f"table {table.name}")
    key = "VARCHAR" if table.key.kind == TEXT else width((table.key.low, table.key.high))
    value = _column_type(table)
    rows = [f"({_value(k)}, {_value(v)})" for k, v in table.rows.items()]
    chunks = [rows[i : i + 5000] for i in range(0, len(rows), 5000)]
    return [
        f'CREATE OR REPLACE TEMP TABLE {word}("key" {key}, "value" {value})',
        *(f"INSERT INTO {word} VALUES {', '.join(chunk)}" for chunk in chunks),
    ]


def _column_type(table: Table) -> str:
    if table.value.kind == "number":
        return width((table.value.low, table.value.high))
    return {"text": "VARCHAR", "boolean": "BOOLEAN"}.get(table.value.kind, "BIGINT")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return text(value) if isinstance(value, str) else str(value)


def prepare(con: duckdb.DuckDBPyConnection, history: History, plan: Plan) -> None:
    """Create the history's relations and the plan's views on a connection."""
    for statement in (*history.setup, *plan.statements()):
        con.execute(statement)
