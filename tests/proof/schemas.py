"""Values for what the reference declares: mostly as a schema says, often of names that there are, now and then anything at all."""

from typing import Any, Final

from hypothesis import strategies as st

from guerdon.api.app import document
from tests.services.shop import PROGRAMME

Json = dict[str, Any]

KNOWN: Final[dict[str, list[Any]]] = {
    "id": ["r-1", "e-1", "earned", "new"],
    "member": ["ana", "ben"],
    "account": ["ana", "ben"],
    "redemption": ["r-1", "e-1"],
    "reward": ["coffee", "mug"],
    "type": ["purchase", "refund", "redemption"],
    "refund_of": ["earned", "e-1"],
    "at": ["2026-06-01", "2026-05-31T10:00:00+02:00", "2027-07-01"],
    "amount": ["120.50", 40, 0, "-7", "--700"],
    "currency": ["EUR", "USD"],
    "points": [50, "10", -1, 0],
    "text": [PROGRAMME, PROGRAMME.replace("floor(eligible)", "floor(eligible * 2)")],
    "dry_run": ["true", "false"],
    "limit": ["1", "200", "201", "0"],
    "cursor": ["MQ", "Mg"],
}
"""Values that mean something to the shop, by the names of the fields that they stand in."""

ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
_OF_TYPE: Final[dict[str, st.SearchStrategy[Any]]] = {
    "string": st.text(max_size=220),
    "integer": st.integers(),
    "number": st.integers() | st.decimals(allow_nan=False, allow_infinity=False, places=2).map(float),
    "boolean": st.booleans(),
    "null": st.none(),
    "object": st.dictionaries(st.text(max_size=8), ANYTHING, max_size=3),
}
_KNOWN_OF, _ODD_OF, _MOST = 6, 12, 3


def values(schema: Json, name: str = "") -> st.SearchStrategy[Any]:
    """Return values of a schema, of a field of a name; one in some is anything at all."""
    kinds = [_stated(schema)]
    if name in KNOWN:
        kinds += [st.sampled_from(KNOWN[name])] * _KNOWN_OF
    return st.integers(0, _ODD_OF).flatmap(lambda odd: ANYTHING if odd == 0 and name else st.one_of(kinds))


def _stated(schema: Json) -> st.SearchStrategy[Any]:
    if "$ref" in schema:
        found: Json = document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return _stated(found)
    if "anyOf" in schema:
        return st.one_of([_stated(one) for one in schema["anyOf"]])
    kind = schema.get("type")
    if isinstance(kind, list):
        return st.one_of([_stated({**schema, "type": one}) for one in kind])
    if kind == "array":
        return st.lists(values(schema.get("items", {})), max_size=_MOST)
    if kind == "object" and "properties" in schema:
        return _objects(schema)
    return _OF_TYPE.get(str(kind), ANYTHING)


def _objects(schema: Json) -> st.SearchStrategy[Json]:
    """Return objects with the fields that there must be, some of the others, and now and then one that there is not."""
    fields = {name: values(kind, name) for name, kind in schema["properties"].items()}
    needed = {name: kind for name, kind in fields.items() if name in schema.get("required", ())}
    rest = {name: kind for name, kind in fields.items() if name not in needed}
    more = (
        st.dictionaries(st.text(max_size=6), ANYTHING, max_size=1)
        if schema.get("additionalProperties")
        else st.just({})
    )
    return st.tuples(st.fixed_dictionaries(needed, optional=rest), more).map(lambda both: {**both[1], **both[0]})
