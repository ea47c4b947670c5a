"""Whatever is sent, the answer is a problem document: no traceback, and no status of 500."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.serving import PURCHASE, Served, serving

PATHS = ("/events", "/events/batch", "/members/ana/redemptions", "/redemptions/r1/confirmation", "/programme/revisions")
BODIES = (
    b"", b"{", b"[]", b"null", b"7", b'"x"', b"\xff\xfe", b'{"a":' * 50_000, b"[" * 100_000, b"NaN", b'{"id": 1e999999}',
    b'{"id":"\\ud800"}', b'{"id":"a\\u0000b","member":"ana","at":"2026-06-01","amount":1}', b'{"id":' + b"9" * 5_000 + b"}",
    b'{"events": {}}', b'{"events": [1]}', b'{"text": 1}', b'{"text": "\\u0000"}',
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
def test_bodies_that_are_none_are_told_so(served: Served, path: str) -> None:
    for body in BODIES:
        answer = served.post(path, content=body)
        assert answer.status_code in {400, 404, 409, 422}, (body[:40], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert "Traceback" not in answer.text


def test_a_body_that_is_too_large_is_refused(served: Served) -> None:
    answer = served.post("/events", content=b'{"id": "' + b"x" * (1 << 20) + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_addresses_and_methods_that_there_are_not_are_told_as_problems(served: Served) -> None:
    for method, path, code in (
        ("GET", "/nothing", "not_found"),
        ("GET", "", "not_found"),
        ("DELETE", "/events", "method_not_allowed"),
        ("GET", "/accounts/a%00b", "account_unknown"),
        ("GET", "/accounts/a%2Fb", "not_found"),
    ):
        assert served.call(method, path).json()["code"] == code


def test_names_may_be_anything_but_endless(served: Served) -> None:
    for member in ("Änne", "a b", "';--", "<script>", "…" * 200, "a+b@c.example", "%", "\u202e"):
        assert served.post("/events", {**PURCHASE, "id": member, "member": member}).status_code == 201
        assert served.available(member) == 120
        assert served.get(f"/members/{'x' * 5_000}").status_code == 404


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FIELDS = (
    "id",
    "source",
    "type",
    "member",
    "account",
    "at",
    "amount",
    "currency",
    "rate",
    "refund_of",
    "lines",
    "tax",
    "discount",
)


def test_no_event_whatever_ends_in_a_failure_of_ours() -> None:
    with serving(":memory:") as served:

        @settings(max_examples=60, suppress_health_check=list(HealthCheck))
        @given(st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=6), st.booleans())
        def asked(changes: dict[str, object], whole: bool) -> None:  # noqa: FBT001 - Hypothesis gives it
            record = {**PURCHASE, **changes} if whole else changes
            answer = served.post("/events", content=json.dumps(record).encode())
            assert answer.status_code in {200, 201, 400, 409, 422}, answer.text

        asked()
