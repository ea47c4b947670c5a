"""Examples of what is sent and answered, as the reference shows them; a test holds them to what they are examples of."""

from typing import Any, Final

PURCHASE: Final[dict[str, Any]] = {
    "id": "till-4711", "type": "purchase", "member": "ana", "at": "2026-06-01T12:30:00+02:00", "amount": "120.50",
}  # fmt: skip
BALANCE: Final[dict[str, Any]] = {
    "unit": "points", "available": 120, "pending": 0, "held": 0, "debt": 0, "total": 120,
}  # fmt: skip
RECORDED: Final[dict[str, Any]] = {
    "id": "till-4711", "source": "", "account": "ana", "number": 1, "journal": 1, "status": "recorded",
    "points": {"points": 120}, "limited": [], "moves": [], "balances": [BALANCE], "repeated": False,
}  # fmt: skip
REPEATED: Final[dict[str, Any]] = {**RECORDED, "repeated": True}
REDEEMED: Final[dict[str, Any]] = {
    **RECORDED, "id": "r-1", "source": "guerdon", "number": 2, "journal": 2, "points": {"points": 0},
    "balances": [{**BALANCE, "available": 70, "total": 70}],
}  # fmt: skip
BASKET: Final[dict[str, Any]] = {"member": "ana", "amount": "20.50"}
ASKED: Final[dict[str, Any]] = {
    "points": {"points": 20}, "limited": [], "moves": [],
    "rewards": [{"reward": "coffee", "title": "Coffee", "unit": "points", "price": 50}], "then": [],
    "near": [{"what": "reward", "name": "mug", "title": "Mug", "more": "59.50"}],
    "receipt": "You earn 20 points.\n59.50 EUR more, and Mug is yours.",
}  # fmt: skip
REDEEMED_CODE: Final[dict[str, Any]] = {
    **REDEEMED, "code": "7Q2M-K9ZX-41TB-8CWD-E5FG", "code_expires_at": "2027-06-01T10:30:00+00:00",
}  # fmt: skip
FULFILLED: Final[dict[str, Any]] = {
    "id": "r-1", "account": "ana", "member": "ana", "reward": "mug", "state": "fulfilled",
    "fulfilled_at": "2026-06-02T08:00:00Z", "repeated": False,
}  # fmt: skip
GOOD_CODE: Final[dict[str, Any]] = {
    "reward": "coffee", "title": "Coffee", "redemption": "r-1", "member": "ana", "expires_at": "2027-06-01T10:30:00Z",
    "used": False,
}  # fmt: skip
UPLOADED: Final[dict[str, Any]] = {"reward": "cinema", "added": 2, "free": 41}
ADJUSTED: Final[dict[str, Any]] = {
    "id": "a-1", "member": "ana", "reason": "goodwill", "unit": "points", "points": -30, "note": "ticket 4711",
    "state": "done", "asked_by": "k_0123456789ab", "asked_at": "2026-06-01T10:30:00Z", "decided_by": None,
    "decided_at": None, "repeated": False,
    "recorded": {
        **RECORDED, "id": "a-1", "source": "guerdon", "number": 2, "journal": 2, "points": {"points": 0},
        "balances": [{**BALANCE, "available": 90, "total": 90}],
    },
}  # fmt: skip
ADJUSTMENT_PENDING: Final[dict[str, Any]] = {
    **ADJUSTED, "id": "a-2", "points": 500, "state": "pending", "recorded": None,
}  # fmt: skip
ADJUSTMENT_DECLINED: Final[dict[str, Any]] = {
    **ADJUSTMENT_PENDING, "state": "declined", "decided_by": "k_ba9876543210", "decided_at": "2026-06-01T10:40:00Z",
}  # fmt: skip
ADJUSTMENTS: Final[dict[str, Any]] = {"adjustments": [ADJUSTMENT_PENDING], "next": None}
TRANSFERRED: Final[dict[str, Any]] = {
    "id": "t-1", "sender": "ana", "receiver": "ben", "transfer": "gift", "unit": "points", "points": 50,
    "message": "Happy birthday", "state": "done", "asked_by": "k_0123456789ab", "asked_at": "2026-06-01T10:30:00Z",
    "decided_by": None, "decided_at": None, "reversed_points": None, "reversed_by": None, "reversed_at": None, "repeated": False,
    "recorded": {
        **RECORDED, "id": "t-1", "source": "guerdon", "number": 2, "journal": 2, "points": {"points": 0},
        "balances": [{**BALANCE, "available": 70, "total": 70}],
    },
}  # fmt: skip
TRANSFER_PENDING: Final[dict[str, Any]] = {
    **TRANSFERRED, "id": "t-2", "points": 500, "state": "pending", "recorded": None,
}  # fmt: skip
TRANSFER_DECLINED: Final[dict[str, Any]] = {
    **TRANSFER_PENDING, "state": "declined", "decided_by": "k_ba9876543210", "decided_at": "2026-06-01T10:40:00Z",
}  # fmt: skip
TRANSFER_REVERSED: Final[dict[str, Any]] = {
    **TRANSFERRED, "reversed_points": 30, "reversed_by": "k_ba9876543210", "reversed_at": "2026-06-02T08:00:00Z",
    "recorded": {
        **RECORDED, "id": "t-1/reversal", "source": "guerdon", "account": "ben", "number": 3, "journal": 3, "points": {"points": 0},
        "balances": [{**BALANCE, "available": 0, "total": 0}],
    },
}  # fmt: skip
TRANSFERS: Final[dict[str, Any]] = {"transfers": [TRANSFER_PENDING], "next": None}
CONFLICT: Final[dict[str, Any]] = {
    "type": "/docs#event_conflict", "title": "The id was recorded with other content", "status": 409,
    "code": "event_conflict", "detail": "event till-4711 was recorded before with other content", "id": "till-4711",
}  # fmt: skip
RESULTS: Final[dict[str, Any]] = {
    "results": [{"status": 201, "event": RECORDED}, {"status": 409, "problem": CONFLICT}]
}  # fmt: skip
STANDING: Final[dict[str, Any]] = {
    "account": "ana", "at": "2026-06-01T12:00:00Z", "balances": [BALANCE],
    "expiring": [{"unit": "points", "at": "2027-06-01T10:30:00Z", "points": 120}], "becoming_usable": [],
    "levels": [{"ladder": "tier", "level": "blue", "since": None, "until": None}],
}  # fmt: skip
ENTRY: Final[dict[str, Any]] = {
    "kind": "earned", "at": "2026-06-01T10:30:00Z", "taken_off": False, "unit": "points", "points": 120,
    "leaves": "issued", "reaches": "available", "rule": "base", "version": "1", "payer": "shop", "limit": "",
    "reason": "granted", "lot_of": {"source": "", "id": "till-4711"}, "before": "", "level": "",
}  # fmt: skip
JOURNALS: Final[dict[str, Any]] = {
    "journals": [
        {
            "number": 1, "cause": "event", "at": "2026-06-01T10:30:00Z", "recorded_at": "2026-06-01T10:30:02Z",
            "event": {"source": "", "id": "till-4711"}, "late": None, "entries": [ENTRY],
        }
    ],
    "next": None,
}  # fmt: skip
STATEMENT: Final[dict[str, Any]] = {
    "programme": "Shop", "account": "ana", "as_of": "1 June 2026", "units": [], "levels": [], "benefits": {},
}  # fmt: skip
EXPLANATION: Final[dict[str, Any]] = {
    "account": "ana", "at": "2026-06-01T12:00:00Z",
    "sentences": ["2026-06-01 12:30  purchase till-4711", "  base: floor(eligible) = 120 points"],
    "explanation": {
        "programme": "shop", "version": "1", "zone": "Europe/Paris", "currency": "EUR", "events": [], "sums": [],
        "outlooks": [],
    },
}  # fmt: skip
MEMBER: Final[dict[str, Any]] = {
    "member": "ana", "identities": [{"email": "ana@example.org"}, {"phone": "+33 6 12 34 56 78"}], "born_on": "1990-02-28",
    "zone": "Europe/Paris", "attributes": {"language": "fr", "newsletter": True},
}  # fmt: skip
MEMBER_CHANGE: Final[dict[str, Any]] = {
    "attributes": {"language": "de", "newsletter": None}, "identities": [{"card": "tok_7f3a"}],
    "identities_removed": [{"phone": "+33 6 12 34 56 78"}],
}  # fmt: skip
PROFILE: Final[dict[str, Any]] = {
    "member": "ana", "account": "ana", "status": "enrolled", "enrolled_at": "2026-06-01T10:00:00Z", "closed_at": None,
    "born_on": "1990-02-28", "zone": "Europe/Paris", "attributes": {"language": "fr", "newsletter": True},
    "identities": [
        {"kind": "email", "added_at": "2026-06-01T10:00:00Z"}, {"kind": "phone", "added_at": "2026-06-01T10:00:00Z"},
    ],
    "updated_at": "2026-06-01T10:00:00Z",
}  # fmt: skip
LEAVING: Final[dict[str, Any]] = {**PROFILE, "status": "leaving", "closed_at": "2026-07-01T22:00:00Z"}
ERASED: Final[dict[str, Any]] = {
    **PROFILE, "status": "erased", "closed_at": "2026-06-01T10:00:00Z", "born_on": None, "zone": None, "attributes": {},
    "identities": [],
}  # fmt: skip
DEEDS: Final[dict[str, Any]] = {
    "deeds": [
        {
            "number": 3, "at": "2026-06-01T10:00:00Z", "actor": "k_0123456789ab", "verb": "enrol", "subject": "member ana",
            "what": {"identities": ["email", "phone"]}, "request_id": "req-7",
        }
    ],
    "next": None,
}  # fmt: skip
PROGRAMME: Final[dict[str, Any]] = {
    "name": "shop", "title": "Shop", "revision": 1, "versions": ["1"], "zone": "Europe/Paris", "currency": "EUR",
    "event_types": ["purchase", "redemption", "refund"], "units": [{"name": "points", "decimals": 0}],
    "rewards": [{"id": "coffee", "title": "Coffee", "unit": "points", "terms": "50"}],
    "ladders": [{"id": "tier", "levels": [{"id": "blue", "title": ""}, {"id": "gold", "title": ""}]}],
    "adjustments": [{"id": "goodwill", "title": "Goodwill", "unit": "points", "max": 500, "approve_above": 100}],
    "transfers": [{"id": "gift", "title": "A gift", "unit": "points", "min": 10, "max": 500, "message": True}],
}  # fmt: skip
REVISION: Final[dict[str, Any]] = {"text": "format: 1\nprogramme: shop\n...", "note": "gold from 500"}
PUBLISHED: Final[dict[str, Any]] = {"programme": "shop", "revision": 2, "warnings": []}
ROLLED_BACK: Final[dict[str, Any]] = {"programme": "shop", "revision": 3, "warnings": []}
REVISIONS: Final[dict[str, Any]] = {
    "revisions": [
        {
            "revision": 1, "published_at": "2026-06-01T10:30:00Z", "published_by": "command", "note": "", "back_to": None,
            "files": ["001/001/shop.yaml"],
        }
    ]
}  # fmt: skip
HEALTH: Final[dict[str, Any]] = {"status": "ok", "programme": "shop", "revision": 1}
