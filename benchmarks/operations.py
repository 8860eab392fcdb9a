"""Counts the operations of Open Loyalty's API that Laurel has: `.venv/bin/python benchmarks/operations.py [--json]`.

An operation is answered if Laurel documents the method and the path, the same status of success, and takes every field
that the body must have. A path that answers 405 is not counted. The table is `open_loyalty.yaml`, beside this file.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parent.parent))

from fastapi import FastAPI

from api.app import ROUTERS
from api.http.openapi import install_openapi

TABLE = Path(__file__).with_name("open_loyalty.yaml")


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation as Open Loyalty documents it; `requires`: dotted paths of the fields that a body must have."""

    method: str
    path: str
    status: str
    requires: tuple[str, ...] = ()
    instead: str = ""
    """What to do with Laurel if it does not have the operation."""


def documented() -> list[Operation]:
    """Read the table."""
    rows: list[dict[str, Any]] = yaml.safe_load(TABLE.read_text())
    return [
        Operation(*row["operation"].split(), str(row["status"]), tuple(row.get("requires", ())), row.get("instead", ""))
        for row in rows
    ]


def openapi() -> Mapping[str, Any]:
    """Return Laurel's OpenAPI document."""
    routes = [route for router in ROUTERS for route in router.routes]
    app = FastAPI(title="Laurel", routes=routes)
    install_openapi(app, routes)
    return app.openapi()


def missing(operation: Operation, document: Mapping[str, Any]) -> str:
    """Return what Laurel lacks of an operation, in words; the empty text if it has everything."""
    found = _paths(document).get(_anonymous(operation.path), {}).get(operation.method.lower())
    if found is None:
        return "there is no such operation"
    if operation.status not in found["responses"]:
        return f"the status is not {operation.status}"
    body = found.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    lacking = [path for path in operation.requires if not _has(document, body, path.split("."))]
    return f"the body has no {', '.join(lacking)}" if lacking else ""


def _paths(document: Mapping[str, Any]) -> Mapping[str, Any]:
    found: dict[str, dict[str, Any]] = {}
    for path, methods in document["paths"].items():
        found.setdefault(_anonymous(path), {}).update(methods)
    return found


def _anonymous(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def _has(document: Mapping[str, Any], schema: Mapping[str, Any], path: Sequence[str]) -> bool:
    """Whether a schema describes the field at a path, in one of its alternatives; lists are looked through."""
    for each in _alternatives(document, schema):
        if not path:
            return True
        below = each.get("properties", {}).get(path[0])
        if below is not None and _has(document, below, path[1:]):
            return True
    return False


def _alternatives(document: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for name in ("anyOf", "oneOf", "allOf"):
        for each in schema.get(name, ()):
            yield from _alternatives(document, each)
    if isinstance(schema.get("items"), Mapping):
        yield from _alternatives(document, schema["items"])


def main() -> int:
    """Count, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    document, operations = openapi(), documented()
    lacking = {f"{each.method} {each.path}": missing(each, document) for each in operations}
    for name, why in lacking.items():
        if why:
            print(f"  {name}: {why}")
    answered = sum(not why for why in lacking.values())
    print(f"{answered} of {len(operations)} operations are answered as documented")
    if asked.json:
        print(json.dumps({"answered": answered, "of": len(operations)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
