"""What the service passed on, a batch over the recorded events of both sides says as well: balances, lots and their ends."""

import json
from pathlib import Path

from guerdon.store import events
from tests.parity.test_ledger import in_batch
from tests.services.counter import PASSED_ON, Passing, state
from tests.services.importing import passing

AS_OF = "2026-09-01T00:00:00+02:00"


def test_a_batch_over_both_histories_says_what_the_service_says(tmp_path: Path) -> None:
    with passing() as database:
        shop = Passing(database, PASSED_ON)
        for name, amount in (("ana", 100), ("ben", 40), ("cid", 5)):
            shop.one(id=f"b-{name}", member=name, at="2026-04-10T09:30:00.25+02:00", amount=amount)
            shop.one(id=f"c-{name}", member=name, at="2026-05-10", amount=amount)
        shop.redeem(id="r", member="ben", reward="coffee")
        asked = (
            ("pass", "ana", "ben", 130), ("renew", "ben", "cid", 90), ("pass", "cid", "ana", 95), ("renew", "cid", "ben", 5),
        )  # fmt: skip
        for number, (transfer, sender, receiver, points) in enumerate(asked):
            found = shop.transfer(points, by_=transfer, id_=f"t{number}", sender=sender, receiver=receiver)
            assert state(found) == "done"
        assert state(shop.reverse(id_="t0")) == "done"
        shop.one(id="back", type="refund", member="ana", at="2026-06-02", refund_of="b-ana")
        shop.one(id="late", member="ana", at="2026-01-01", amount=30)
        with database.view() as view:
            kept = [row for own in events.of_accounts(view, 1, ["ana", "ben", "cid"]).values() for row in own]
        records = [{"source": row.source, **json.loads(row.body)} for row in kept]
        columns = {key: None for record in records for key in record}
        path = tmp_path / "shop.jsonl"
        path.write_text("".join(json.dumps(columns | record) + "\n" for record in records))
        rows = in_batch(PASSED_ON, path, tmp_path / "books", as_of=shop.at(AS_OF))
        for name in ("ana", "ben", "cid"):
            (standing,) = [row for row in rows["standings"] if row["account"] == name]
            told = shop.stand(name, AS_OF)
            (balance,) = told.balances
            assert {word: standing[word] for word in ("available", "pending", "held", "debt", "total")} == {
                "available": balance.available,
                "pending": balance.pending,
                "held": balance.held,
                "debt": balance.debt,
                "total": balance.total,
            }
            ends: dict[int, int] = {}
            for lot in rows["lots"]:
                if lot["account"] == name and lot["remaining"]:
                    at = shop.at(lot["expires_at"].isoformat())
                    ends[at] = ends.get(at, 0) + lot["remaining"]
            assert ends == {one.at: one.points for one in told.expiring}
