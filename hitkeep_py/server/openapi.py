"""The description of the API (OpenAPI 3.1), made of the list of routes, the wire formats and the shapes."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from hitkeep_py import __version__
from hitkeep_py.protocols.formats import FORMATS
from hitkeep_py.protocols.statuses import STATUSES
from hitkeep_py.server.access import COOKIE, OPEN, Access
from hitkeep_py.server.api import plausible_query
from hitkeep_py.server.body_examples import BODY_EXAMPLES
from hitkeep_py.server.call import ApiRoute
from hitkeep_py.server.example_schemas import schema_of
from hitkeep_py.server.groups import GROUPS, SENDING, group_of
from hitkeep_py.server.ingest_examples import INGEST_BODIES, INGEST_PARAMETERS
from hitkeep_py.server.prose import prose, told_by
from hitkeep_py.server.schemas import ANYTHING, Schema, Schemas
from hitkeep_py.server.shape import Parameter, Shape, parameters_of
from hitkeep_py.server.shapes import SHAPES

VERSION = "3.1.0"
JSON = "application/json"
UNSHAPED = Shape()
"""Of the description itself."""
PLAUSIBLE = "Plausible_"
"""Before the statuses of errors in its words."""
REFUSAL: Schema = {
    "type": "object",
    "properties": {
        "error": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "description": "A name that stays the same."},
                "message": {"type": "string", "description": "What is wrong and what to do, for people."},
                "field": {"type": ["string", "null"], "description": "The field or parameter that is wrong."},
            },
            "required": ["code", "message", "field"],
        }
    },
    "required": ["error"],
}
PLAUSIBLE_REFUSAL: Schema = {"type": "object", "properties": {"error": {"type": "string"}}, "required": ["error"]}
FILE_ROWS: Schema = {
    "type": "array",
    "items": {"type": "object", "additionalProperties": ANYTHING},
    "description": "The rows alone, as format=json asks for them.",
}
ROWS_REFERENCE: Schema = {"$ref": "#/components/schemas/FileRows"}
SECURITY: dict[str, Schema] = {
    "login": {"type": "apiKey", "in": "cookie", "name": COOKIE, "description": "Set by POST /api/login."},
    "key": {"type": "http", "scheme": "bearer", "description": "An API key of the site, hka_…"},
    "key_header": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "The same key."},
}
ALLOWED: dict[Access, Sequence[str]] = {Access.READER: tuple(SECURITY), Access.USER: ("login",)}
INTRODUCTION = (
    "Times are RFC 3339, rates fractions from 0 to 1, durations seconds, money whole minor units by currency. "
    "A range is half-open in the site's time zone. Errors are JSON everywhere."
)
TOO_OFTEN = 429
"""Answered before the route is looked for, so in our words everywhere."""
PLACEHOLDER = re.compile(r"\{(\w+)\}")
MEANINGS = {
    "site_id": "Id, alias or domain of the site.",
    "dimension": "A dimension, or property: and a property's name.",
    "funnel_id": "Id of the funnel; in reports also its name.",
    "annotation_id": "Id of the annotation.",
    "user_id": "Id of the user.",
    "segment_id": "Id of the segment.",
}


def document(routes: Sequence[ApiRoute], base: str = "") -> dict[str, Any]:
    """Of the server at the path `base`."""
    schemas = Schemas()
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = operation(route, schemas)
    for path, method, operation_json in ingest_operations(schemas):
        paths.setdefault(path, {})[method] = operation_json
    return {
        "openapi": VERSION,
        "info": {"title": "hitkeep_py", "version": __version__, "description": INTRODUCTION},
        "servers": [{"url": base or "/"}],
        "tags": [{"name": name} for name in GROUPS],
        "paths": paths,
        "components": {
            "schemas": {
                "Refusal": REFUSAL,
                "PlausibleRefusal": PLAUSIBLE_REFUSAL,
                "FileRows": FILE_ROWS,
                **schemas.components,
            },
            "responses": {**refusals("Refusal", ""), **refusals("PlausibleRefusal", PLAUSIBLE)},
            "securitySchemes": SECURITY,
        },
    }


def operation(route: ApiRoute, schemas: Schemas) -> dict[str, Any]:
    shape = SHAPES.get(route.answer, UNSHAPED)
    own = [parameter(each, schemas) for each in parameters_of(shape, route.path)]
    found: dict[str, Any] = {
        "operationId": operation_id(route.method, route.path),
        "summary": prose(route.summary),
        "description": told_by(route.answer),
        "tags": [group_of(route)],
        "security": [{name: []} for name in ALLOWED.get(route.access, ())],
        "parameters": [*path_parameters(route.path), *own],
        "responses": answers(route, shape, schemas),
    }
    if shape.body is not None:
        sent = {"schema": schemas.of(shape.body), "example": BODY_EXAMPLES[route.answer]}
        needed = bool(sent["schema"].get("required"))
        found["requestBody"] = {"required": needed, "content": {JSON: sent}}
    return found


def operation_id(method: str, path: str) -> str:
    return "_".join([method.lower(), *re.findall(r"[A-Za-z0-9]+", path)])


def path_parameters(path: str) -> Iterable[Schema]:
    for name in PLACEHOLDER.findall(path):
        described = {"description": MEANINGS[name]} if name in MEANINGS else {}
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}, **described}


def parameter(wanted: Parameter, schemas: Schemas) -> Schema:
    schema = schemas.of(wanted.schema)
    return {
        "name": wanted.name,
        "in": "query",
        "required": wanted.required,
        "description": wanted.description,
        "schema": {"type": "array", "items": schema} if wanted.repeated else schema,
    }


def answers(route: ApiRoute, shape: Shape, schemas: Schemas) -> dict[str, Any]:
    content = {} if shape.only_files else {JSON: {"schema": json_answer(shape, schemas)}}
    content |= {kind: {"schema": file_schema(kind)} for kind in shape.files if kind not in content}
    found: dict[str, Any] = {str(shape.status): {"description": prose(route.summary), "content": content}}
    product = PLAUSIBLE if route.error_body is plausible_query.error_body else ""
    for status in errors_of(route, shape):
        found[str(status)] = {"$ref": f"#/components/responses/{product if status != TOO_OFTEN else ''}{status}"}
    return found


def json_answer(shape: Shape, schemas: Schemas) -> Schema:
    """Of what can be a file of JSON as well, either of both."""
    answer = schemas.of(shape.answer)
    return {"anyOf": [answer, ROWS_REFERENCE]} if JSON in shape.files else answer


def file_schema(kind: str) -> Schema:
    if kind == JSON:
        return ROWS_REFERENCE
    return {"type": "string"} | ({} if kind.startswith("text/") else {"format": "binary"})


def errors_of(route: ApiRoute, shape: Shape) -> list[int]:
    """Those that its caller, its path and its method can bring about, and those of its shape."""
    changes = route.method != "GET"
    found = {400} if changes or shape.parameters or route.access is not Access.ANYONE else set()
    found |= {401, 403, 504} if route.access not in OPEN else set()
    found |= {403, 413} if changes else set()
    found |= {404} if "{" in route.path else set()
    found |= {409} if route.method in ("POST", "PATCH") else set()
    return sorted({*found, *shape.errors, 429, 503})


def refusals(schema: str, product: str) -> dict[str, Any]:
    """By status, with the names of errors that it stands for."""
    codes: dict[int, list[str]] = {}
    for kind, status in STATUSES:
        codes.setdefault(status, []).append(kind.code)
    return {
        f"{product}{status}": {
            "description": f"Error: {', '.join(names)}.",
            "content": {JSON: {"schema": {"$ref": f"#/components/schemas/{schema}"}}},
        }
        for status, names in codes.items()
    }


def ingest_operations(schemas: Schemas) -> Iterable[tuple[str, str, dict[str, Any]]]:
    """Routes that take events; several formats may share one."""
    shared: dict[tuple[str, str], list[str]] = {}
    for each in FORMATS:
        for method in each.methods:
            shared.setdefault((each.path, method.lower()), []).append(each.name)
    for (path, method), names in shared.items():
        words = f"Take events in the format {' or '.join(names)}."
        found: dict[str, Any] = {
            "operationId": operation_id(method, path),
            "summary": words,
            "description": "The answer comes once the events are on disk. docs/formats has the format and its answers.",
            "tags": [SENDING],
            "security": [],
            "parameters": [each for name in names for each in ingest_parameters(name)],
            "responses": {
                "2XX": {"description": "The events are on disk, or were dropped for a reason that is counted."},
                "4XX": {"description": "The request is refused, in the words of the format's product."},
                "503": {"description": "Nothing can be kept now; Retry-After says when to send again."},
            },
        }
        bodies = {name: INGEST_BODIES[name] for name in names if name in INGEST_BODIES}
        if method == "post" and bodies:
            sent = {"schema": ingest_schema(bodies, schemas), "examples": examples(bodies)}
            found["requestBody"] = {"required": True, "content": {JSON: sent}}
        yield path, method, found


def ingest_schema(bodies: Mapping[str, Any], schemas: Schemas) -> Schema:
    """The fields of each format; more may stand beside them."""
    found = []
    for name, body in bodies.items():
        component = f"{name.title().replace(' ', '').replace('.', '')}Body"
        schemas.components[component] = schema_of(body)
        found.append({"$ref": f"#/components/schemas/{component}"})
    return found[0] if len(found) == 1 else {"anyOf": found}


def ingest_parameters(name: str) -> Iterable[Schema]:
    for parameter_name, (meaning, example) in INGEST_PARAMETERS.get(name, {}).items():
        schema = {"type": "string", "examples": [example]}
        yield {"name": parameter_name, "in": "query", "required": False, "description": meaning, "schema": schema}


def examples(bodies: Mapping[str, Any]) -> Schema:
    """By names that a component may have, too."""
    return {name.replace(" ", "_"): {"summary": name, "value": body} for name, body in bodies.items()}
