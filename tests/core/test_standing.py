"""A standing: whose limits are used, and that another account begins with none."""

from guerdon.core.calendar import MONTH
from guerdon.core.limits import POINTS, ROLLING, Counter, Limit
from guerdon.core.standing import Standing

HOME, WORK = 1, 2
ANA, BEN, ZOE = 10, 11, 12


def standing() -> Standing:
    """Return one with a limit per member and a limit per account, opened for the account at home by Ana."""
    limits = [Limit(name=name, kind=POINTS, most=100, per_member=name == "own", every=MONTH) for name in ("own", "all")]
    made = Standing(limits)
    made.open(HOME, ANA)
    return made


def test_each_contributor_of_an_account_has_a_counter_for_a_limit_per_member() -> None:
    made = standing()
    made.counter(0, ANA).take(30)
    made.counter(0, BEN).take(50)
    assert (made.counter(0, ANA).used, made.counter(0, BEN).used) == (30, 50)


def test_all_contributors_share_the_counter_of_a_limit_per_account() -> None:
    made = standing()
    made.counter(1, ANA).take(30)
    made.counter(1, BEN).take(50)
    assert made.counter(1, ANA).used == 80


def test_another_account_begins_with_nothing_used() -> None:
    made = standing()
    made.counter(0, ANA).take(30)
    made.counter(0, BEN).take(50)
    made.open(WORK, ZOE)
    assert [made.counter(position, member).used for position in (0, 1) for member in (ANA, BEN, ZOE)] == [0] * 6


def test_a_counter_begins_with_an_account_as_it_was_made() -> None:
    for every in (MONTH, ROLLING):
        terms = Limit(name="own", kind=POINTS, most=100, per_member=True, every=every, days=3)
        made, used = Counter(terms), Counter(terms)
        used.room(5)
        used.asked = 7
        used.take(30)
        used.clear()
        for name in ("period", "asked", "used", "days", "amounts", "most"):
            assert getattr(used, name) == getattr(made, name), name
        assert (made.left(), made.used) == (100, 0)
