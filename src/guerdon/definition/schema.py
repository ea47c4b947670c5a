"""The JSON Schema of programme files: what editors complete and check while an author types."""

from typing import Any

from guerdon.definition.spec import LATER, ProgrammeSpec

SCHEMA_ID = "urn:guerdon:programme:1"


def programme_schema() -> dict[str, Any]:
    """Return the schema of format 1, by the file's own keys."""
    schema = ProgrammeSpec.model_json_schema(by_alias=True)
    properties = schema["properties"]
    properties["include"] = {
        "type": "array", "items": {"type": "string"}, "description": "Files beside this one whose sections are added to it",
    }  # fmt: skip
    for name in LATER:
        properties[name] = {"description": "Reserved: not run by this release", "not": {}}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": SCHEMA_ID, **schema}
