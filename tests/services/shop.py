"""A shop's programme in a database, and what its till and its members ask of it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from guerdon.definition.check import check_text
from guerdon.definition.zones import read_zone
from guerdon.services.accounts.stand import Stand, stand
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.audit import By
from guerdon.services.books.due import post_due
from guerdon.services.books.verify import Verified, verify
from guerdon.services.events.record import record_events
from guerdon.services.members.enrol import EnrolMember, enrol_member
from guerdon.services.members.find import Profile
from guerdon.services.members.update import UpdateMember, update_member
from guerdon.services.programmes.publish import publish
from guerdon.services.published import Publishing
from guerdon.services.redemptions.redeem import RedeemReward, StepRedemption, redeem_reward, step_redemption
from guerdon.store import Database, seals

HEAD = """
format: 1
programme: shop
zone: Europe/Paris
currency: EUR
"""

PROGRAMME = (
    HEAD
    + """
units:
  points: {expiry: {after: 12 months}}
metrics: {spend: {sum: eligible, within: year}}
ladders:
  - {id: tier, by: spend, levels: [{id: blue, from: 0}, {id: gold, from: 500}]}
rules:
  - {id: base, give: floor(eligible), limits: [{per: member, points: 1000, every: month}]}
multipliers:
  - {id: gold-more, of: base, by: case level when 'gold' then 2 else 1 end}
redemptions: {hold_for: 1 day}
rewards:
  - {id: coffee, price: 50, treatment: free_good}
  - {id: mug, price: 200, treatment: free_good, stock: 2}
"""
)
TESTS = By(actor="tests")
Leaving = Callable[..., Profile | Refusal]


VOUCHERS = (
    PROGRAMME
    + """  - {id: ten, title: Ten off, price: 10, code: made, valid_for: 1 month}
  - {id: cinema, price: 10, code: uploaded}
"""
)
REASONS = """
adjustments:
  - {id: goodwill, title: Goodwill, max: 500, approve_above: 100}
  - {id: correction, title: A mistake}
  - {id: fresh, approve_above: 0}
"""
GIFTS = """
transfers:
  - {id: gift, title: A gift, min: 10, max: 500, message: true, approve_above: 200, limits: [{points: 300, every: month}]}
  - {id: pass, limits: [{times: 3, every: day}]}
  - {id: renew, title: With new dates, fresh_dates: true}
"""


def by(name: str) -> By:
    """Return somebody who holds a key."""
    return By(actor=f"k_{name}", name=name, request_id="req-1")


@dataclass
class Shop:
    """The programme as one thread serves it; `now` is what its clock says."""

    database: Database
    text: str = PROGRAMME
    now: str = "2026-06-01T12:00:00+02:00"
    publishing: Publishing = field(init=False)
    zone: ZoneInfo = field(init=False)

    def __post_init__(self) -> None:
        checked = check_text(self.text, examples=False)
        assert checked.programme is not None, checked.issues
        with self.database.work() as work:
            programme = publish(work, checked.programme.name, checked.files, (), by=TESTS, at=self.at()).programme
        self.publishing = Publishing(programme)
        self.zone = read_zone(checked.programme.zone.name)

    def at(self, when: str = "") -> int:
        moment = datetime.fromisoformat(when or self.now).astimezone(UTC)
        return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)

    def told(self, at: int) -> str:
        """Return an instant as its zone's clocks show it."""
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).astimezone(self.zone).isoformat()

    def record(self, *records: dict[str, Any]) -> list[Recorded | Refusal]:
        with self.database.work() as work:
            return record_events(work, self.publishing.current(work), records, recorded_at=self.at())

    def one(self, **record: object) -> Recorded:
        found = self.record(record)[0]
        assert isinstance(found, Recorded), found
        return found

    def redeem(self, **asked: Any) -> Recorded | Refusal:  # noqa: ANN401 - whatever the command takes
        with self.database.work() as work:
            return redeem_reward(RedeemReward(**asked), work, self.publishing.current(work), at=self.at())

    def step(self, **asked: Any) -> Recorded | Refusal:  # noqa: ANN401 - whatever the command takes
        with self.database.work() as work:
            return step_redemption(StepRedemption(**asked), work, self.publishing.current(work), at=self.at())

    def enrol(self, member: str, **asked: Any) -> Profile | Refusal:  # noqa: ANN401 - whatever the command takes
        with self.database.work() as work:
            published, command = self.publishing.current(work), EnrolMember(member=member, **asked)
            return enrol_member(command, work, published, by=TESTS, at=self.at())

    def leave(self, do: Leaving, asked: Any) -> Profile | Refusal:  # noqa: ANN401 - whatever the command takes
        """Close a member's account, keep it, let them come back, or erase them."""
        with self.database.work() as work:
            return do(asked, work, self.publishing.current(work), by=TESTS, at=self.at())

    def update(self, member: str, **asked: Any) -> Profile | Refusal:  # noqa: ANN401 - whatever the command takes
        with self.database.work() as work:
            published, command = self.publishing.current(work), UpdateMember(member=member, **asked)
            return update_member(command, work, published, by=TESTS, at=self.at())

    def stand(self, account: str, when: str = "") -> Stand:
        with self.database.view() as view:
            # What was decided at this moment stands a little after what was recorded at it.
            at = self.at(when) if when else self.at() + 1_000_000
            return stand(view, self.publishing.current(view), account, at=at)

    def points(self, account: str, when: str = "") -> object:
        return self.stand(account, when).balances[0].available

    def post_due(self) -> int:
        with self.database.work() as work:
            return post_due(work, self.publishing.current(work), at=self.at())

    def seal(self) -> int:
        with self.database.work() as work:
            return seals.seal(work, 1)

    def verify(self) -> Verified:
        with self.database.view() as view:
            return verify(view, self.publishing.current(view), at=self.at())
