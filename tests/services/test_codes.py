"""Codes of rewards: given once, used once, and refused in the same words whatever the reason."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import text

from guerdon.core.errors import NotFound
from guerdon.services.answers import Recorded, Refusal
from guerdon.services.redemptions.codes import Redeemed
from guerdon.services.redemptions.fulfil import Fulfilled, FulfilRedemption, fulfil_redemption
from guerdon.services.redemptions.upload import UploadCodes, Uploaded, upload_codes
from guerdon.services.redemptions.use import Good, UseCode, check_code, use_code
from guerdon.store import Database, audit, open_database, redemptions
from tests.databases.fixtures import Engine
from tests.services.racing import Asked, raced
from tests.services.shop import VOUCHERS, Shop, by
from tests.services.test_races import AT, ROUNDS, assert_books_are_right


class Till(Shop):
    """A shop that hands out codes and takes them."""

    def code(self, reward: str = "ten", id_: str = "r1", **more: bool) -> str:
        found = self.redeem(id=id_, member="ana", reward=reward, **more)
        assert isinstance(found, Redeemed), found
        return found.code

    def use(self, code: str, member: str = "") -> Good | Refusal:
        with self.database.work() as work:
            return use_code(
                UseCode(code=code, member=member, by=by("till")), work, self.publishing.current(work), at=self.at()
            )

    def check(self, code: str, member: str = "") -> Good | Refusal:
        with self.database.view() as view:
            return check_code(
                UseCode(code=code, member=member, by=by("till")), view, self.publishing.current(view), at=self.at()
            )

    def upload(
        self, codes: Sequence[str], *, reward: str = "cinema", expires_at: str | None = None
    ) -> Uploaded | Refusal:
        command = UploadCodes(reward=reward, codes=codes, expires_at=expires_at, by=by("office"))
        with self.database.work() as work:
            return upload_codes(command, work, self.publishing.current(work), at=self.at())

    def fulfil(self, id_: str) -> Fulfilled | Refusal:
        command = FulfilRedemption(redemption=id_, by=by("store"))
        with self.database.work() as work:
            return fulfil_redemption(command, work, self.publishing.current(work), at=self.at())

    def row(self, id_: str = "r1") -> redemptions.RedemptionRow:
        with self.database.view() as view:
            return redemptions.read(view, 1, [id_])[id_]


def stocked(till: Till) -> Till:
    till.one(id="b", member="ana", at="2026-05-10", amount=500)
    return till


@pytest.fixture
def till(database: Database) -> Till:
    return stocked(Till(database, VOUCHERS))


def test_a_code_is_made_once_and_kept_as_a_hash_alone(till: Till) -> None:
    code = till.code()
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){4}[0-9A-HJKMNP-TV-Z]{4}", code)
    again = till.redeem(id="r1", member="ana", reward="ten")
    assert isinstance(again, Recorded)
    assert (again.repeated, isinstance(again, Redeemed)) == (True, False)
    with till.database.view() as view:
        tables = ("codes", "redemptions", "events", "audit", "answers")
        kept = [str(view.connection.execute(text(f"select * from {table}")).all()) for table in tables]
    assert code not in "".join(kept)


def test_a_code_is_used_once(till: Till) -> None:
    code = till.code()
    good = till.check(code.lower().replace("-", " ").replace("0", "o").replace("1", "l"))
    assert isinstance(good, Good)
    assert (good.reward, good.title, good.redemption, good.member, good.used) == ("ten", "Ten off", "r1", "ana", False)
    used = till.use(code, "ana")
    assert isinstance(used, Good)
    assert used.used
    assert isinstance(till.use(code), Refusal)
    with till.database.view() as view:
        newest = audit.page(view, 1)[0]
    assert (newest.actor, newest.verb, newest.subject) == ("k_till", "use", "code of redemption r1")


def test_whoever_cannot_use_a_code_is_told_the_same(till: Till) -> None:
    used, foreign, late, back = (till.code(id_=f"r{number}") for number in range(4))
    till.use(used)
    till.step(id="c", member="ana", redemption="r3", step="cancel")
    refusals = [
        till.use("7Q2M-K9ZX-41TB-8CWD-E5FG"),
        till.use(used),
        till.use(foreign, "ben"),
        till.use(back),
        till.use("x"),
    ]
    till.now = "2026-07-01T12:00:00+02:00"
    refusals.append(till.use(late))
    assert {(one.code, one.detail) for one in refusals if isinstance(one, Refusal)} == {
        ("code_refused", "this code cannot be used")
    }
    assert all(isinstance(one, Refusal) for one in refusals)
    assert isinstance(till.use("", "ana"), Refusal)


def test_a_reservation_gets_its_code_when_it_is_confirmed(till: Till) -> None:
    reserved = till.redeem(id="r1", member="ana", reward="ten", reserve=True)
    assert not isinstance(reserved, Redeemed)
    assert (till.row().state, till.row().code_hash) == ("reserved", None)
    confirmed = till.step(id="s1", member="ana", redemption="r1", step="confirm")
    assert isinstance(confirmed, Redeemed)
    assert isinstance(till.check(confirmed.code), Good)
    second = till.step(id="s2", member="ana", redemption="r1", step="confirm")
    assert not isinstance(second, Redeemed)
    assert till.row().state == "confirmed"


def test_what_is_cancelled_loses_its_code_and_confirmed_again_gets_another(till: Till) -> None:
    first = till.code()
    till.step(id="s1", member="ana", redemption="r1", step="cancel")
    assert isinstance(till.check(first), Refusal)
    again = till.step(id="s2", member="ana", redemption="r1", step="confirm")
    assert isinstance(again, Redeemed)
    assert again.code != first
    assert isinstance(till.check(again.code), Good)


def test_points_do_not_come_back_for_a_code_that_was_used(till: Till) -> None:
    code = till.code()
    till.use(code)
    refused = till.step(id="s1", member="ana", redemption="r1", step="cancel")
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.id) == ("code_used", "s1")
    assert till.points("ana") == 490


def test_many_codes_are_uploaded_together_and_counted_once(till: Till) -> None:
    assert till.upload([f"CINE-{n}" for n in range(1_200)]) == Uploaded(reward="cinema", added=1_200, free=1_200)
    assert till.upload([f"CINE-{n}" for n in range(600, 1_800)]) == Uploaded(reward="cinema", added=600, free=1_800)
    assert till.upload([]) == Uploaded(reward="cinema", added=0, free=1_800)


def test_codes_of_a_pool_are_handed_out_one_by_one(till: Till) -> None:
    assert till.upload(["CINE-1", "CINE-2 ", "CINE-1"]) == Uploaded(reward="cinema", added=2, free=2)
    assert till.upload(["CINE-2", "Cine-3"], expires_at="2026-06-30") == Uploaded(reward="cinema", added=1, free=3)
    codes = {till.code("cinema", f"r{number}") for number in range(3)}
    assert codes == {"CINE-1", "CINE-2", "Cine-3"}
    none = till.redeem(id="r9", member="ana", reward="cinema")
    assert isinstance(none, Refusal)
    assert (none.code, none.id) == ("out_of_stock", "r9")
    assert till.points("ana") == 470
    till.now = "2026-07-01T00:00:00+02:00"
    assert isinstance(till.use("Cine-3"), Refusal)
    assert isinstance(till.use("CINE-2"), Good)


def test_codes_are_uploaded_for_a_reward_with_a_pool(till: Till) -> None:
    for reward in ("ten", "yacht"):
        refused = till.upload(["A"], reward=reward)
        assert isinstance(refused, Refusal)
        assert refused.code == "reward_unknown"
    wrong = till.upload(["A"], expires_at="soon")
    assert isinstance(wrong, Refusal)
    assert wrong.code == "body_invalid"


def test_a_code_that_an_account_cannot_pay_stays_in_its_pool(till: Till) -> None:
    till.upload(["CINE-1"])
    poor = till.redeem(id="r1", member="ben", reward="cinema")
    assert isinstance(poor, Refusal)
    assert poor.code == "not_enough_points"
    assert till.code("cinema") == "CINE-1"


def test_what_is_confirmed_is_fulfilled_once(till: Till) -> None:
    till.redeem(id="r1", member="ana", reward="coffee", reserve=True)
    open_one = till.fulfil("r1")
    assert isinstance(open_one, Refusal)
    assert open_one.code == "redemption_not_confirmed"
    till.step(id="s1", member="ana", redemption="r1", step="confirm")
    told = [till.fulfil("r1"), till.fulfil("r1")]
    assert [one.repeated for one in told if isinstance(one, Fulfilled)] == [False, True]
    assert (till.row().state, till.row().fulfilled_at) == ("fulfilled", till.at())
    till.step(id="s2", member="ana", redemption="r1", step="cancel", points=10)
    assert till.row().state == "fulfilled"
    till.step(id="s3", member="ana", redemption="r1", step="cancel")
    assert till.row().state == "cancelled"
    with pytest.raises(NotFound, match="there is no redemption 'r9'"):
        till.fulfil("r9")


@pytest.fixture
def racing(engine: Engine) -> Iterator[Till]:
    """Open a database that other processes ask, too; in the end its books are right."""
    till = Till(open_database(engine.url), VOUCHERS)
    till.record(*[{"id": f"b{n}", "member": f"m{n}", "at": "2026-05-10", "amount": 100} for n in range(8)])
    yield till
    assert_books_are_right(till)


def test_each_code_of_a_pool_is_given_once_however_many_ask_at_once(racing: Till, engine: Engine) -> None:
    racing.upload([f"CINE-{number}" for number in range(5)])
    asked: list[Asked] = [("redeem", {"id": f"r{n}", "member": f"m{n}", "reward": "cinema"}) for n in range(8)]
    assert Counter(raced(engine.url, [asked], AT)[0]) == {"done": 5, "out_of_stock": 3}
    with racing.database.view() as view:
        taken = [redemptions.read(view, 1, [f"r{n}"]).get(f"r{n}") for n in range(8)]
    hashes = [row.code_hash for row in taken if row is not None]
    assert len(hashes) == len(set(hashes)) == 5


def test_a_code_that_is_used_by_everybody_at_once_is_used_once(racing: Till, engine: Engine) -> None:
    codes = []
    for number in range(min(ROUNDS, 10)):
        racing.one(id=f"more{number}", member="ana", at="2026-05-11", amount=10)
        codes.append(racing.code(id_=f"c{number}"))
    rounds: list[list[Asked]] = [[("use", {"code": code, "member": "", "by": by("till")})] * 8 for code in codes]
    for told in raced(engine.url, rounds, AT):
        assert Counter(told) == {"done": 1, "code_refused": 7}


def test_a_code_is_used_or_its_points_come_back_never_both(racing: Till, engine: Engine) -> None:
    rounds: list[list[Asked]] = []
    for number in range(min(ROUNDS, 10)):
        racing.one(id=f"more{number}", member="ana", at="2026-05-11", amount=10)
        code = racing.code(id_=f"c{number}")
        cancel = ("step", {"id": f"s{number}", "member": "ana", "redemption": f"c{number}", "step": "cancel"})
        rounds.append([("use", {"code": code, "member": "", "by": by("till")}), cancel])
    for told in raced(engine.url, rounds, AT):
        assert sorted(told) in (["code_used", "done"], ["code_refused", "done"]), told
