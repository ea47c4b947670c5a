"""Parameters that several operations have."""

from typing import Final

from guerdon.api.operations import Parameter

PAGE: Final = 50
PAGE_MAX: Final = 200
"""How many there are on a page unless stated, and at most."""

ACCOUNT: Final = Parameter(name="account", where="path", about="The account's id.", example="ana")
MEMBER: Final = Parameter(name="member", where="path", about="The member's id.", example="ana")
IDENTITY: Final = (
    Parameter(name="email", where="query", about="The member's e-mail address.", example="ana@example.org"),
    Parameter(
        name="phone", where="query", about="The member's telephone number, with + as %2B.", example="+33612345678"
    ),
    Parameter(name="card", where="query", about="The acquirer's token of the member's card.", example="tok_7f3a"),
    Parameter(name="shop", where="query", about="The member's id at a shop.", example="web-1007"),
)
REDEMPTION: Final = Parameter(name="redemption", where="path", about="The redemption's id.", example="r-1")
REVISION: Final = Parameter(name="revision", where="path", about="The revision's number.", example="1")
ADJUSTMENT: Final = Parameter(name="adjustment", where="path", about="The adjustment's id.", example="a-1")
TRANSFER: Final = Parameter(name="transfer", where="path", about="The transfer's id.", example="t-1")
STATE: Final = Parameter(
    name="state", where="query", about="pending, done or declined; pending unless stated.", example="pending"
)
ASKED_CURSOR: Final = Parameter(
    name="cursor", where="query", about="The `next` of the page before; else it is the first page.", example="a-1"
)
AT: Final = Parameter(
    name="at",
    where="query",
    about="The instant that is asked about, past or future; a date alone includes that day. Else it is now.",
    example="2026-06-01T12:00:00+02:00",
)
DRY_RUN: Final = Parameter(
    name="dry_run", where="query", about="Say what would happen, and keep nothing.", example=True, kind="boolean"
)
DRY_AT: Final = Parameter(
    name="at", where="query", about="The instant at which a dry run takes place; else it is now.", example="2026-12-24"
)
CURSOR: Final = Parameter(
    name="cursor", where="query", about="The `next` of the page before; else it is the first page.", example="MQ"
)
LIMIT: Final = Parameter(
    name="limit", where="query", about=f"How many there are on a page, {PAGE_MAX} at most.", example=50, kind="integer"
)
