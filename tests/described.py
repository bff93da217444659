"""Whether a value is what the API's description says."""

from typing import Any

from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from hitkeep_py.server.call import ApiRoute


def check(described: Any, route: ApiRoute, value: object) -> None:
    operation = described["paths"][route.path][route.method.lower()]
    (status,) = [status for status in operation["responses"] if status.startswith("2")]
    schema = operation["responses"][status]["content"]["application/json"]["schema"]
    whole = {**closed(schema), "components": {"schemas": closed(described["components"]["schemas"])}}
    errors = [f"{error.message} at {list(error.path)}" for error in Draft202012Validator(whole).iter_errors(value)]
    assert errors == [], route.path


def closed(schema: Any) -> Any:
    """Objects have nothing that is not described."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {name: closed(each) for name, each in schema.items()}
    if isinstance(found.get("properties"), dict) and "additionalProperties" not in found:
        found["additionalProperties"] = False
    return found
