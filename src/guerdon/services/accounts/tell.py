"""Tell what became of an account: its statement as a page, and every point explained. Nothing here writes."""

from guerdon.core.errors import NotFound
from guerdon.core.events import Event
from guerdon.core.explain import Explanation, Page, explain, pages_of
from guerdon.core.history import rate_events
from guerdon.services.facts import reread
from guerdon.services.published import Published
from guerdon.store import events, members
from guerdon.store.database import View


def home_of(view: View, published: Published, member: str) -> str:
    """Return the account that a member's points are in."""
    found = members.read(view, published.id, [member]).get(member)
    return member if found is None else found.account


def statement(view: View, published: Published, account: str, *, at: int) -> Page:
    """Return an account's page, as of an instant."""
    return pages_of(published.programme, _events(view, published, account, at), at)[0]


def explanation(view: View, published: Published, account: str, *, at: int) -> Explanation:
    """Return every point of an account accounted for, as of an instant."""
    answers = rate_events(published.programme, _events(view, published, account, at))
    return explain(published.programme, answers, at=at)


def _events(view: View, published: Published, account: str, at: int) -> list[Event]:
    rows = events.of_account(view, published.id, account)
    found = [reread(published.programme.terms, row) for row in rows if row.at <= at]
    if not found:
        message = f"there is no account {account!r}, or nothing had happened to it by then"
        raise NotFound(message, code="account_unknown")
    return found
