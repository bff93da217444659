"""TypeScript types from the schemas of the API's description."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Schema = Mapping[str, Any]
WIDTH = 110
IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")
TYPES = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
RENAMED = {"Refusal": "ApiError"}
"""Components whose names TypeScript has for something else."""


def declaration(name: str, schema: Schema) -> str:
    """An exported interface for an object, a type for everything else."""
    words = comment(schema.get("description", ""), "")
    if is_object(schema):
        return f"{words}export interface {renamed(name)} {type_of(schema)}\n"
    return f"{words}{named(f'export type {renamed(name)} =', type_of(schema))}\n"


def renamed(name: str) -> str:
    return RENAMED.get(name, name)


def type_of(schema: Schema, indent: str = "") -> str:
    if "$ref" in schema:
        return renamed(schema["$ref"].rpartition("/")[2])
    if "const" in schema:
        return json.dumps(schema["const"])
    if "enum" in schema:
        return union((json.dumps(each) for each in schema["enum"]), indent)
    for several in ("anyOf", "oneOf"):
        if several in schema:
            return union((type_of(each, indent) for each in schema[several]), indent)
    kind = schema.get("type")
    if isinstance(kind, list):
        return union((TYPES[each] for each in kind), indent)
    if kind == "array":
        return array(schema, indent)
    return shape(schema, indent) if kind == "object" else TYPES.get(kind or "", "unknown")


def union(members: Iterable[str], indent: str) -> str:
    """What may be null says so last."""
    found = sorted(dict.fromkeys(members), key=lambda each: each == "null")
    line = " | ".join(found)
    if len(found) < 2 or "\n" in line or len(indent) + len(line) < WIDTH:
        return line
    return "".join(f"\n{indent}  | {each}" for each in found)


def array(schema: Schema, indent: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(type_of(each, indent) for each in schema['prefixItems'])}]"
    items = type_of(schema.get("items", {}), indent)
    listed = f"({items})[]" if " | " in items and not items.startswith("{") else f"{items}[]"
    return f"readonly {listed}" if schema.get("readOnly") else listed


def shape(schema: Schema, indent: str) -> str:
    if is_object(schema):
        needed = schema.get("required", ())
        return fields(
            ((name, each, name in needed, each.get("description", "")) for name, each in schema["properties"].items()),
            indent,
        )
    values = schema.get("additionalProperties", {})
    return f"Record<string, {type_of(values, indent)}>"


def is_object(schema: Schema) -> bool:
    return "properties" in schema


def fields(found: Iterable[tuple[str, Schema, bool, str]], indent: str) -> str:
    """Of an object, each with whether it is needed and what it is; what need not be given may be undefined as well."""
    inner = f"{indent}  "
    lines = []
    for name, schema, needed, words in found:
        optional, nothing = ("", "") if needed else ("?", " | undefined")
        line = named(f"{inner}{key(name)}{optional}:", f"{type_of(schema, inner)}{nothing}")
        lines.append(f"{comment(words, inner)}{line}\n")
    return f"{{\n{''.join(lines)}{indent}}}" if lines else "Record<string, never>"


def named(begin: str, type: str) -> str:
    return f"{begin}{type}" if type.startswith("\n") else f"{begin} {type}"


def key(name: str) -> str:
    return name if IDENTIFIER.fullmatch(name) else json.dumps(name)


def comment(words: str, indent: str) -> str:
    safe = words.replace("*/", "*\u2009/")
    return f"{indent}/** {safe} */\n" if words else ""
