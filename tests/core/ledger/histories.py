"""Generated programmes that keep points, and histories of purchases, redemptions and refunds of several accounts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.core.generated import programmes
from tests.core.levels.generated import choice

Made = dict[str, Any]

START = datetime(2024, 1, 29, 12, tzinfo=UTC)
HAPPENS = (
    "buy", "buy", "buy", "visit", "spend", "reserve", "confirm", "cancel", "return", "part", "adjust", "send", "receive",
)  # fmt: skip
LENGTHS = ("1 day", "10 days", "1 month", "2 months")


@st.composite
def kept(draw: st.DrawFn) -> Made:
    """Return a programme with rules, limits and multipliers of every kind, whose points wait, expire and are spent."""
    made: Made = draw(programmes(per=("order", "line")))
    made["units"]["points"] |= draw(_terms())
    made["units"]["stars"] |= draw(choice({}, {"expiry": {"after": "1 month"}}))
    made["adjustments"] = [{"id": "goodwill", "unit": "points", "qualifies": draw(st.booleans())}]
    made["transfers"] = [{"id": "gift", "unit": "points", "qualifies": draw(st.booleans())}]
    made["redemptions"] = {"hold_for": draw(choice(*LENGTHS))} if draw(st.booleans()) else {}
    if draw(st.booleans()):
        made["metrics"] = {"spend": {"sum": "amount", "within": "month"}, "visits": {"within": {"rolling_days": 20}}}
        levels = [{"id": "base", "from": 0}, {"id": "silver", "from": 60}, {"id": "gold", "from": 200}]
        made["ladders"] = [{"id": "tier", "by": "spend", "levels": levels, "keep": draw(choice("period_end", "ever"))}]
    return made


@st.composite
def _terms(draw: st.DrawFn) -> Made:
    made: Made = {}
    policy = draw(choice("never", "after", "idle"))
    if policy != "never":
        made["expiry"] = {policy: draw(choice(*LENGTHS))}
    if draw(st.booleans()):
        made["debt"] = {"after": draw(choice(*LENGTHS))}
    waits = draw(choice("", "pending", "cap"))
    if waits == "pending":
        made["pending"] = {"for": draw(choice(*LENGTHS))}
    if waits == "cap":
        made |= {"cap": draw(choice(0, 20, 100)), "over_cap": draw(choice("pending", "lost"))}
    return made


@st.composite
def lives(draw: st.DrawFn, *, size: int = 14) -> list[Made]:
    """Return records of two accounts, the later the further down; a purchase comes back at most once."""
    made: list[Made] = []
    at = START
    bought: list[Made] = []
    for number in range(draw(st.integers(1, size))):
        at += timedelta(hours=draw(choice(1, 11, 24, 24 * 9, 24 * 31)), minutes=draw(st.integers(0, 2)))
        record: Made = {"id": f"e{number:02d}", "member": draw(choice("ana", "ben")), "at": at.isoformat()}
        what = draw(choice(*HAPPENS))
        if what == "buy":
            record |= {
                "amount": draw(choice("0", "1", "49.99", "120", "333.33")),
                "channel": draw(choice("app", "shop")),
            }
            bought.append(record)
        elif what == "visit":
            record["type"] = "visit"
        elif what == "adjust":
            reason, points = draw(choice("goodwill", "whim")), draw(choice(-60, -1, 30))
            record |= {"type": "adjustment", "points": points, "reason": reason}
        elif what in ("send", "receive"):
            record |= _transfer(draw, what, int(at.timestamp()))
        elif what in ("return", "part"):
            if not bought:
                continue
            back = bought.pop(draw(st.integers(0, len(bought) - 1)))
            record |= {"type": "refund", "refund_of": back["id"], "member": back["member"]}
            if what == "part" and back["amount"] not in ("0", "1"):
                record["amount"] = "20.01"
        else:
            record |= _redemption(draw, what, number)
        made.append(record)
    return made or [{"id": "e00", "member": "ana", "at": START.isoformat(), "type": "visit"}]


def _transfer(draw: st.DrawFn, what: str, at: int) -> Made:
    record: Made = {"transfer": draw(choice("gift", "gift", "whim")), "type": "points_received"}
    if what == "send":
        record |= {"type": "points_sent", "points": draw(choice(0, 5, 60)), "receiver": "ben"}
    record["lines"] = [
        {
            "amount": 0,
            "points": draw(choice(0, 3, 40)),
            "payer": draw(choice("programme", "brand", "nobody")),
            "earned": at - 86_400 * draw(choice(0, 20)),
            "ends": draw(choice(0, at + 86_400 * 15, at + 86_400 * 45)),
            "ends_us": draw(choice(0, 1)),
        }
        for _ in range(draw(st.integers(0, 3)))
    ]
    return record


def _redemption(draw: st.DrawFn, what: str, number: int) -> Made:
    record: Made = {"type": "redemption"}
    if what in ("spend", "reserve"):
        record["points"] = draw(choice(1, 5, 60))
    if what != "spend":
        record["step"] = what
    if what in ("confirm", "cancel"):
        record["reservation"] = f"e{draw(st.integers(0, max(number - 1, 0))):02d}"
    return record
