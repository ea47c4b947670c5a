"""Redemptions, and codes that are handed out once."""

import threading

from guerdon.store import Database, Work, open_database, redemptions
from guerdon.store.redemptions import RedemptionRow
from tests.databases.fixtures import Engine
from tests.store.books import PROGRAMME


def pool(*names: bytes) -> dict[bytes, str]:
    return {name * 32: f"code {name.decode()}" for name in names}


def take(work: Work, redemption: str, *, at: int) -> str | None:
    free = redemptions.free_code(work, PROGRAMME, "coffee", at=at)
    if free is None:
        return None
    assert redemptions.change_code(work, PROGRAMME, free.code_hash, state=redemptions.TAKEN, redemption=redemption)
    return free.secret


COFFEE = RedemptionRow("r1", "ana", "ana", "coffee", 4, "reserved", "[4]", reserved_at=10, lapses_at=99)


def test_what_becomes_of_a_redemption_is_written(database: Database) -> None:
    done = COFFEE._replace(state="confirmed", steps="[4,5]", confirmed_at=12, code_hash=b"c" * 32)
    with database.work() as work:
        redemptions.add(work, PROGRAMME, [COFFEE, COFFEE._replace(id="r0", event=2)])
        assert redemptions.save(work, PROGRAMME, done)
        assert not redemptions.save(work, PROGRAMME, done._replace(id="r9"))
    with database.view() as view:
        assert redemptions.read(view, PROGRAMME, ["r1", "r9"]) == {"r1": done}
        assert [one.id for one in redemptions.of_account(view, PROGRAMME, "ana")] == ["r0", "r1"]


def test_a_code_is_handed_out_once(database: Database) -> None:
    with database.work() as work:
        assert redemptions.add_codes(work, PROGRAMME, "coffee", pool(b"1", b"2")) == 2
        assert redemptions.add_codes(work, PROGRAMME, "coffee", pool(b"2", b"0"), expires_at=50) == 1
        assert redemptions.free_codes(work, PROGRAMME, "coffee", at=49) == 3
        taken = [take(work, f"r{number}", at=50) for number in range(3)]
        assert taken == ["code 1", "code 2", None]
        assert redemptions.find_code(work, PROGRAMME, b"1" * 32) == redemptions.Code(
            b"1" * 32, "coffee", redemptions.TAKEN, "r0", None
        )
        assert redemptions.change_code(work, PROGRAMME, b"1" * 32, state=redemptions.USED, redemption="r0")
        assert redemptions.find_code(work, PROGRAMME, b"9" * 32) is None


def test_many_who_ask_at_once_get_different_codes(engine: Engine) -> None:
    databases = [open_database(engine.url) for _ in range(2)]
    with databases[0].work() as work:
        redemptions.add_codes(work, PROGRAMME, "coffee", pool(*[b"%d" % one for one in range(8)]))
    taken: list[str | None] = []

    def ask(database: Database) -> None:
        for _ in range(5):
            with database.work() as work:
                taken.append(take(work, "r", at=0))

    threads = [threading.Thread(target=ask, args=[one]) for one in databases]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    codes = [code for code in taken if code is not None]
    assert len(codes) == len(set(codes)) == 8
    for one in databases:
        one.close()
