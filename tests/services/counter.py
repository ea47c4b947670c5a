"""A counter at which members pass points on, and what it looks at afterwards."""

from datetime import UTC, datetime, timedelta

from guerdon.core.ledger.books import TRANSFERRED_BOOK
from guerdon.services.answers import Refusal, summed
from guerdon.services.entries import SAID
from guerdon.services.transfers.decide import DecideTransfer, decide_transfer
from guerdon.services.transfers.reverse import ReverseTransfer, reverse_transfer
from guerdon.services.transfers.transfer import TransferPoints, transfer_points
from guerdon.services.transfers.transferred import Transferred
from guerdon.store import accounts, audit, journals
from tests.services.shop import GIFTS, PROGRAMME, Shop, by

PASSED_ON = PROGRAMME + GIFTS
UNLIMITED = PASSED_ON.replace("times: 3, every: day", "times: 900, every: day")


class Passing(Shop):
    """A shop at whose counter points are passed on."""

    def transfer(
        self,
        points: int | str,
        *,
        by_: str = "pass",
        id_: str = "t1",
        sender: str = "ana",
        receiver: str = "ben",
        message: str = "",
    ) -> Transferred | Refusal:
        command = TransferPoints(
            id=id_, sender=sender, receiver=receiver, transfer=by_, points=points, message=message, by=by("app")
        )
        with self.database.work() as work:
            return transfer_points(command, work, self.publishing.current(work), at=self.at())

    def decide(self, *, approves: bool = True, id_: str = "t1", who: str = "lead") -> Transferred | Refusal:
        command = DecideTransfer(id=id_, approves=approves, by=by(who))
        with self.database.work() as work:
            return decide_transfer(command, work, self.publishing.current(work), at=self.at())

    def reverse(self, *, id_: str = "t1", who: str = "lead") -> Transferred | Refusal:
        command = ReverseTransfer(id=id_, by=by(who))
        with self.database.work() as work:
            return reverse_transfer(command, work, self.publishing.current(work), at=self.at())

    def deeds(self) -> list[tuple[str, str, str]]:
        with self.database.view() as view:
            deeds = reversed(audit.page(view, 1, limit=10_000))
        return [(deed.actor, deed.verb, deed.subject) for deed in deeds if deed.verb != "publish"]

    def ends(self, account: str) -> list[tuple[str, object]]:
        """Return on which days, at the latest, how many points of an account end."""
        return [(_day(one.at - 1), one.points) for one in self.stand(account).expiring]

    def on_the_way(self) -> int:
        """Return what was sent and not received: nothing."""
        total = 0
        with self.database.view() as view:
            for row in accounts.page(view, 1):
                entries = journals.entries_after(view, 1, row.name)
                sums = summed([(entry.sign, entry[SAID:]) for entry in entries])
                total += sum(points for (_, book), points in sums.items() if book == TRANSFERRED_BOOK)
        return total

    def is_right(self) -> None:
        """Check the books of all accounts."""
        while self.seal():
            pass
        assert self.verify().findings == ()
        assert self.on_the_way() == 0


def _day(at: int) -> str:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).date().isoformat()


def state(outcome: Transferred | Refusal) -> str:
    return outcome.state if isinstance(outcome, Transferred) else outcome.code
