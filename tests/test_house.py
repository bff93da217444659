"""The architecture, read from the source: who may import whom, how long things get, what stays out of where."""

import ast
import re
import socket
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "hitkeep_py"
SOURCES = sorted(PACKAGE.rglob("*.py"))

# A room is a folder or a module right under the package. `errors` is the ground that every floor stands on.
FLOORS = {
    "__main__": 9,
    "cli": 8,
    "server": 6,
    "jobs": 7,
    "retention": 6,
    "demo": 6,
    "analytics": 5,
    "integrity": 5,
    "export": 4,
    "questions": 4,
    "restatements": 4,
    "ingest": 4,
    "reports": 4,
    "stores": 3,
    "catalog": 3,
    "enrich": 3,
    "protocols": 2,
    "query": 2,
    "site_rules": 2,
    "shortage": 1,
    "sqlite_file": 2,
    "event": 1,
    "assignment": 1,
    "client": 1,
    "config": 1,
    "clock": 1,
    "address": 1,
    "exact_json": 1,
    "data_directory": 1,
    "money": 1,
    "priority": 1,
    "repeating": 1,
    "inference": 1,
    "text": 0,
    "errors": 0,
    "__init__": 0,
}
ROOM_OF_LIBRARY = {
    "click": "cli",
    "uvicorn": "cli",
    "uvloop": "cli",
    "httptools": "cli",
    "starlette": "server",
    "duckdb": "stores",
    "clickhouse_connect": "stores",
    "ua_parser": "enrich",
    "maxminddb": "enrich",
    "publicsuffixlist": "enrich",
    "iso4217": "money",
    "argon2": "catalog",
}
EVERYWHERE = {"orjson"}
SYSTEM_MODULES = set(sys.stdlib_module_names)
# Each of these must outlive whatever goes wrong below it: a request, a commit, a retry, a job, a damaged look-up file,
# a caller's own function.
CATCHES_EVERYTHING = {
    "ingest/inbox.py",
    "ingest/writer.py",
    "jobs.py",
    "enrich/place.py",
    "server/",
    "client/delivery.py",
}
EMPTY_NAMES = {"util", "utils", "helper", "helpers", "manager", "common", "misc"}
SQL = re.compile(r"\b(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE)\b", re.DOTALL)
ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")
ADDRESSES_OF_NOBODY = {"0.0.0.0", "127.0.0.1", "10.0.0.0"}


def name_of(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever in it that happens."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno} imports relatively"
            # `from hitkeep_py import config` imports the room config, `from hitkeep_py import __version__` none.
            yield from (f"{node.module}.{each.name}" for each in node.names)


def imported_rooms(path: Path) -> set[str]:
    parts = [name.split(".") for name in imports_of(path)]
    named = {each[1] for each in parts if each[0] == PACKAGE.name and len(each) > 1}
    return {room if room in FLOORS else "__init__" for room in named}


def functions() -> Iterator[tuple[str, int]]:
    """Every function of the package with its length in lines."""
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name_of(path)}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in SOURCES} == set(FLOORS)


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_rooms_import_only_from_lower_floors(path: Path) -> None:
    room = room_of(path)
    too_high = {other for other in imported_rooms(path) if other != room and FLOORS[other] >= FLOORS[room]}
    assert not too_high, f"{name_of(path)} is on floor {FLOORS[room]} and imports {too_high}"


def test_each_library_enters_through_one_room() -> None:
    strangers = []
    for path in SOURCES:
        for library in {name.partition(".")[0] for name in imports_of(path)}:
            if library in ROOM_OF_LIBRARY and ROOM_OF_LIBRARY[library] != room_of(path):
                strangers.append(f"{name_of(path)} imports {library}, which belongs to {ROOM_OF_LIBRARY[library]}/")
    assert strangers == []


def test_every_third_party_library_has_its_room() -> None:
    used = {name.partition(".")[0] for path in SOURCES for name in imports_of(path)}
    assert used - SYSTEM_MODULES - {PACKAGE.name} <= set(ROOM_OF_LIBRARY) | EVERYWHERE


def test_the_client_needs_the_standard_library_only() -> None:
    used = {name.partition(".")[0] for path in (PACKAGE / "client").glob("*.py") for name in imports_of(path)}
    assert used - SYSTEM_MODULES == {PACKAGE.name}


def test_no_module_is_longer_than_400_lines() -> None:
    lengths = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_functions_are_short() -> None:
    lengths = dict(functions())
    assert {name: lines for name, lines in lengths.items() if lines > 60} == {}
    assert median(lengths.values()) <= 10
    assert sum(lines < 30 for lines in lengths.values()) / len(lengths) >= 0.9


def test_only_the_named_modules_catch_everything() -> None:
    found = set()
    for path in SOURCES:
        if name_of(path).startswith(tuple(CATCHES_EVERYTHING)):
            continue
        found |= {f"{name_of(path)}:{handler.lineno}" for handler in handlers(path) if caught(handler) == "Exception"}
    assert found == set()


def test_what_catches_even_interrupts_raises_them_again() -> None:
    swallowed = [
        f"{name_of(path)}:{handler.lineno}"
        for path in SOURCES
        for handler in handlers(path)
        if caught(handler) in ("", "BaseException") and not isinstance(handler.body[-1], ast.Raise)
    ]
    assert swallowed == []


def handlers(path: Path) -> Iterator[ast.ExceptHandler]:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, ast.ExceptHandler))


def caught(handler: ast.ExceptHandler) -> str:
    return ast.unparse(handler.type) if handler.type else ""


def test_an_import_within_a_function_is_marked_and_gives_its_reason() -> None:
    unexplained = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        for function in ast.walk(tree_of(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom) and not explained(path, node.lineno)
    ]
    assert unexplained == []


def explained(path: Path, number: int) -> bool:
    """The line is marked, and a comment stands above it or above the marked lines before it."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if "# noqa: PLC0415" not in lines[number - 1]:
        return False
    above = number - 2
    while "# noqa: PLC0415" in lines[above]:
        above -= 1
    return lines[above].strip().startswith("# ")


def test_modules_keep_no_state() -> None:
    """Lists, dicts and sets at module level are constants, and say so by their names."""
    found = []
    for path in SOURCES:
        for node in tree_of(path).body:
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
            if is_mutable(getattr(node, "value", None)):
                names = [each.id for each in targets if isinstance(each, ast.Name)]
                found += [f"{name_of(path)}:{node.lineno} {name}" for name in names if not name.isupper()]
    assert found == []


def is_mutable(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return ast.unparse(value.func).split(".")[-1] in {"dict", "list", "set", "Counter", "defaultdict", "deque"}
    literals = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
    return isinstance(value, literals)


def test_nothing_has_a_name_that_says_nothing() -> None:
    defined = [path.stem for path in SOURCES] + [room_of(path) for path in SOURCES]
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                defined.append(node.name)
    words = {name: {word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+", name)} for name in defined}
    assert {name for name, parts in words.items() if parts & EMPTY_NAMES} == set()


def test_the_server_contains_no_sql() -> None:
    texts = [
        (name_of(path), node.value)
        for path in (PACKAGE / "server").rglob("*.py")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    assert [each for each in texts if SQL.search(each[1])] == []


def published_files() -> list[Path]:
    """What goes to a user: the package, the scripts and the documents."""
    kinds = (".py", ".md", ".toml", ".sql", ".in", ".json", "")
    folders = [PACKAGE, REPOSITORY / "scripts", REPOSITORY / "docs", REPOSITORY / "tests"]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    files += [path for path in REPOSITORY.iterdir() if path.is_file()]
    return [path for path in files if path.suffix in kinds and "__pycache__" not in path.parts]


def test_no_file_names_the_machine_it_was_made_on() -> None:
    names = [re.escape(str(REPOSITORY)), rf"\b{re.escape(socket.gethostname())}\b"]
    telling = [rf"(?<![\w./-]){name}" for name in names if len(name) > 8]
    machine = re.compile("|".join(telling) or "(?!)")  # Short names would be found by chance; then nothing matches.
    found = [path.name for path in published_files() if machine.search(path.read_text("utf-8", "replace"))]
    assert found == []


def test_addresses_in_the_package_are_nobodys() -> None:
    """Loopback, examples of documentation, or none: never a machine's own address."""
    found = {
        (name_of(path), text)
        for path in SOURCES
        for text in ADDRESS.findall(path.read_text(encoding="utf-8"))
        if text not in ADDRESSES_OF_NOBODY
    }
    assert found == set()
