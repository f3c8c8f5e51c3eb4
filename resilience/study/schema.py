"""The JSON Schema of a study's file, for editors that complete and check as one types."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from resilience.study.study import Study


def schema() -> dict[str, Any]:
    """The schema, drawn from the same classes that check a study: what it refuses, `resilience check` refuses too.

    It knows no network, so names of goods and places, and what depends on several keys, it lets pass. With the first
    line `#:schema study.schema.json` in a study, editors that know Taplo find it.
    """
    found = Study.model_json_schema(schema_generator=_Lenient)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **_counted(found), "title": "Study"}


def _counted(found: Any) -> Any:
    """The same with lists' least length said as JSON Schema says it: pydantic says it as of a word."""
    if isinstance(found, list):
        return [_counted(part) for part in found]
    if not isinstance(found, dict):
        return found
    least = {"minItems": found["minLength"]} if found.get("type") == "array" and "minLength" in found else {}
    return {key: _counted(part) for key, part in found.items() if not (least and key == "minLength")} | least


class _Lenient(GenerateJsonSchema):
    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}  # what only our own code can check

    def default_schema(self, schema: Any) -> JsonSchemaValue:
        found, default = self.generate_inner(schema["schema"]), schema.get("default")
        plain = isinstance(default, bool | int | float | str) and default != ""
        return {**found, "default": default} if plain else found
