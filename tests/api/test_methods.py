"""What else may be asked of an address is told as HTTP has it: with `Allow`, and completely."""

import pytest

from tests.api.serving import Served

ADDRESSES = (
    ("/events", {"POST"}),
    ("/members", {"GET", "POST"}),
    ("/members/ana", {"GET", "POST"}),
    ("/programme/revisions", {"GET", "POST"}),
    ("/health", {"GET"}),
)


def told(allow: str) -> set[str]:
    return set(allow.split(", ")) - {"OPTIONS"}


@pytest.mark.parametrize(("path", "methods"), ADDRESSES)
def test_a_method_that_an_address_has_not_is_answered_with_those_it_has(
    served: Served, path: str, methods: set[str]
) -> None:
    """RFC 9110, 15.5.6: 405 came without Allow."""
    answer = served.call("DELETE", path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert told(answer.headers["allow"]) == methods


@pytest.mark.parametrize(("path", "methods"), ADDRESSES)
def test_options_tells_every_method_of_an_address(served: Served, path: str, methods: set[str]) -> None:
    """RFC 9110, 9.3.7: where an address could be read and written, one of both was told."""
    answer = served.client.request("OPTIONS", f"{served.address}/v1{path}")
    assert (answer.status_code, answer.content) == (200, b"")
    assert told(answer.headers["allow"]) == methods
    assert answer.headers["x-request-id"]


def test_an_address_that_there_is_not_has_no_options(served: Served) -> None:
    assert served.call("OPTIONS", "/nothing").json()["code"] == "not_found"
