"""Sends hostile events, schemas and programs to a Laurel, one after the other, and looks at everybody else meanwhile.

`.venv/bin/python benchmarks/hostile.py [--cases N] [--seed N] [--json]`: exit 0 when no answer is a 5xx, `/health/live`
answers within a second, the events of another store are applied, and every list can be read afterwards.
"""

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx2
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from rich.console import Console

from benchmarks.audit import PROGRAM
from benchmarks.served import Served, served
from rules.operators import OPERATORS

STORE = "HOSTILE"
LONGEST_LIVE = 1.0
"""Seconds in which `/health/live` has to answer."""
WAIT_SECONDS = 30
"""How long a client waits for the outcome of an event."""
SHOWN = 20
SHARES = {"event": 0.7, "schema": 0.15, "program": 0.15}

_PROGRAM = f"store: {STORE}\ntitle: A target\ntimezone: UTC\nwallets:\n  points: {{default: true, decimals: 2}}\n"
_EVENT = {
    "event": "anything",
    "body": {
        "type": "object",
        "properties": {"items": {"type": "array", "items": {"type": "number"}}, "text": {"type": "string"}},
    },
}
_ITEMS = {"var": ["event.body.items", []]}
_HEAVY = {
    "sum": {"reduce": [_ITEMS, {"+": [{"var": "accumulator"}, {"var": "current"}]}, 0]},
    "product": {"reduce": [_ITEMS, {"*": [{"var": "accumulator"}, {"var": "current"}]}, 1]},
    "copies": {"map": [_ITEMS, {"map": [[1, 2, 3, 4], {"+": [{"var": ""}, 1]}]}]},
    "texts": {"cat": [{"var": ["event.body.text", ""]}] * 50},
    "whole": {"merge": [_ITEMS, _ITEMS, _ITEMS]},
}
"""Values of attributes that reactors compute of an event: cheap for most events, too much for some."""

# -- events: texts of JSON, since some of them are none

_NUMBERS = st.sampled_from(
    ["0", "-0", "1e400", "1E-6000", "9" * 399, "9" * 5000, "1." + "3" * 300, "1e15", "NaN", "Infinity", "-1", "0.1"]
)
_TEXTS = st.one_of(
    st.text(max_size=20).map(json.dumps),
    st.sampled_from(['"\\ud800"', '"\\u0000"', '"\\u202e"', '"' + "a" * 10_000 + '"', '"' + "\\u00e9" * 40_000 + '"']),
)
_SCALARS = st.one_of(_NUMBERS, _TEXTS, st.sampled_from(["true", "null", "{}", "[]", "", "{", '{"a":1,"a":2}']))
_DEEP = st.integers(1, 400).flatmap(
    lambda depth: st.sampled_from(["[" * depth + "]" * depth, '{"items":' * depth + "1" + "}" * depth])
)
_WIDE = st.tuples(st.sampled_from([10, 300, 3_000, 20_000]), _SCALARS).map(
    lambda pair: "[" + ",".join([pair[1] if len(pair[1]) < 12 else "1"] * pair[0]) + "]"
)
_MANY_KEYS = st.sampled_from([100, 5_000]).map(lambda many: "{" + ",".join(f'"k{n}":{n}' for n in range(many)) + "}")
_LISTS = st.tuples(st.sampled_from([0, 3, 300, 3_000, 20_000]), _NUMBERS).map(
    lambda pair: "[" + ",".join([pair[1]] * (pair[0] if len(pair[1]) < 10 else 3)) + "]"
)
_FITTING = st.tuples(_LISTS, _TEXTS).map(lambda pair: f'{{"items":{pair[0]},"text":{pair[1]}}}')
_ODD = st.recursive(
    st.one_of(_SCALARS, _DEEP, _WIDE, _MANY_KEYS),
    lambda inner: st.tuples(inner, inner).map(lambda pair: f'{{"items":{pair[0]},"text":{pair[1]}}}'),
    max_leaves=4,
)
BODIES = st.one_of(_FITTING, _FITTING, _ODD)

# -- schemas and rules

_PATTERNS = st.sampled_from(
    ["^(a+)+$", "(?:.{0,999}){0,9}z", "(a|aa)+$", "(?=a)b", r"\p{L}{1,1000}", "[", "(?:a?){50}a{50}", "^.*$"]
)
_REFERENCE = st.sampled_from(["#", "#/$defs/a", "#/$defs/b", "#/$defs/none", "https://example.com/schema"])
_LEAVES = st.one_of(
    st.sampled_from(
        [{}, True, False, {"type": "object"}, {"type": "array"}, {"uniqueItems": True}, {"minimum": 1e300}]
    ),
    _PATTERNS.map(lambda pattern: {"pattern": pattern}),
    _REFERENCE.map(lambda reference: {"$ref": reference}),
    st.lists(st.integers(), min_size=1, max_size=50).map(lambda values: {"enum": values}),
)


def _schemas_of(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.sampled_from(["anyOf", "oneOf", "allOf", "prefixItems"])
    one = st.sampled_from(["not", "items", "contains", "additionalProperties", "unevaluatedItems", "propertyNames"])
    named = st.sampled_from(["properties", "dependentSchemas", "patternProperties"])
    return st.one_of(
        st.tuples(several, st.lists(inner, min_size=1, max_size=4)).map(lambda pair: {pair[0]: pair[1]}),
        st.tuples(one, inner).map(lambda pair: {pair[0]: pair[1]}),
        st.tuples(named, inner).map(lambda pair: {pair[0]: {"items": pair[1]}}),
        st.tuples(inner, inner).map(lambda pair: {"if": pair[0], "then": pair[1], "else": pair[0]}),
    )


_SCHEMA = st.recursive(_LEAVES, _schemas_of, max_leaves=8)
SCHEMAS = st.tuples(_SCHEMA, _SCHEMA, _SCHEMA).map(
    lambda three: {"type": "object", "properties": {"items": three[0]}, "$defs": {"a": three[1], "b": three[2]}}
)


def _call(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def of(operator: Any) -> st.SearchStrategy[Any]:
        most = operator.least + 2 if operator.most is None else operator.most
        return st.lists(inner, min_size=operator.least, max_size=most).map(lambda operands: {operator.name: operands})

    return st.sampled_from(OPERATORS).flatmap(of)


ANY_RULES = st.recursive(
    st.one_of(st.sampled_from([_ITEMS, {"var": ""}, {"var": "event.body.text"}]), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(_call(inner), st.lists(inner, max_size=3)),
    max_leaves=12,
)
"""Most of them are refused: what matters is that the answer comes."""

_LONG = list(range(100))
_INSIDE = st.recursive(
    st.one_of(st.just({"var": ""}), st.integers(-(10**30), 10**30)),
    lambda inner: st.one_of(
        st.tuples(st.sampled_from(["+", "*", "-", "max"]), inner, inner).map(lambda three: {three[0]: list(three[1:])}),
        inner.map(lambda rule: {"reduce": [_LONG, {"+": [{"var": "accumulator"}, {"var": "current"}]}, rule]}),
    ),
    max_leaves=5,
)
"""Numbers inside `map` and `filter`, computed of the item."""
_ARRAYS = st.recursive(
    st.sampled_from([_ITEMS, _LONG]),
    lambda inner: st.one_of(
        st.tuples(inner, _INSIDE).map(lambda pair: {"map": list(pair)}),
        st.tuples(inner, _INSIDE).map(lambda pair: {"filter": [pair[0], {">": [pair[1], 3]}]}),
        st.lists(inner, min_size=1, max_size=4).map(lambda arrays: {"merge": arrays}),
    ),
    max_leaves=6,
)
RULES = _ARRAYS.map(
    lambda array: {"reduce": [array, {"+": [{"*": [{"var": "accumulator"}, 3]}, {"var": "current"}]}, 1]}
)
"""Well-typed numbers, computed of many items."""


@dataclass
class Watched:
    """What everybody else met while hostile requests were answered. Times are in seconds."""

    live: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@contextmanager
def watching(laurel: Served) -> Iterator[Watched]:
    """Ask whether Laurel lives, and report events of another store, side by side, until the block ends."""
    watched, ended = Watched(), threading.Event()

    def repeat(once: Callable[[httpx2.Client], None], pause: float) -> None:
        with httpx2.Client(base_url=laurel.url, timeout=60, headers={"X-AUTH-TOKEN": laurel.token}) as client:
            while not ended.wait(pause):
                try:
                    once(client)
                except httpx2.TransportError as error:
                    watched.faults.append(f"another client: {error!r}")

    def look(client: httpx2.Client) -> None:
        began = time.perf_counter()
        client.get("/health/live")
        watched.live.append(time.perf_counter() - began)

    def report(client: httpx2.Client) -> None:
        began = time.perf_counter()
        answer = client.post(
            "/api/DEFAULT/customEvent",
            json={"event": _event("purchase", {"total": 1})},
            headers={"Prefer": f"wait={WAIT_SECONDS}"},
        )
        watched.applied.append(time.perf_counter() - began)
        if answer.status_code != 200 or answer.json()["outcome"]["status"] != "applied":
            watched.faults.append(f"another member's event: {answer.status_code} {answer.text[:200]}")

    threads = [threading.Thread(target=repeat, args=given) for given in ((look, 0.1), (report, 0.3))]
    for thread in threads:
        thread.start()
    try:
        yield watched
    finally:
        ended.set()
        for thread in threads:
            thread.join()


class Attacker:
    """Sends one hostile thing after the other, each when the one before is answered and its event is done."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self.statuses: dict[str, Counter[int]] = {kind: Counter() for kind in SHARES}
        self.faults: list[str] = []
        self.longest: dict[str, float] = dict.fromkeys(SHARES, 0.0)

    def event(self, body: str) -> None:
        """Report an event with this text as its body."""
        head = json.dumps(_event("anything", {}))
        self._send("event", "/customEvent", f'{{"event":{head.replace(": {}}", f": {body}}}", 1)}}}')

    def schema(self, schema: Any, body: str) -> None:
        """Deploy an event type with this schema, and report an event of it."""
        plain = {"reactor": "plain", "on": "anything", "then": [{"award_points": {"points": 1}}]}
        self._deploy(
            "schema",
            {"events/anything.json": {"event": "anything", "body": schema}, "reactors/plain.json": plain},
            body,
        )

    def program(self, value: Any, body: str) -> None:
        """Deploy a reactor with this rule, and report an event for it."""
        effects = [{"set_attribute": {"name": "made", "value": value}}]
        reactor = {"reactor": "made", "on": "anything", "then": effects}
        files = {"events/anything.json": _EVENT, "reactors/made.json": reactor}
        self._deploy("program", files, body)

    def _deploy(self, kind: str, files: Mapping[str, Any], body: str) -> None:
        texts = {"program.yaml": _PROGRAM} | {name: json.dumps(content) for name, content in files.items()}
        if self._send(kind, "/program", json.dumps({"files": texts})) == 200:
            self.event(body)

    def _send(self, kind: str, path: str, content: str) -> int:
        began = time.perf_counter()
        headers = {"Content-Type": "application/json", "Prefer": f"wait={WAIT_SECONDS}"}
        try:
            sent = content.encode("utf-8", "surrogatepass")
            answer = self._client.post(f"/api/{STORE}{path}", content=sent, headers=headers)
        except httpx2.TransportError as error:
            self.faults.append(f"{kind} {content[:300]}: {error!r}")
            return 0
        self.statuses[kind][answer.status_code] += 1
        self.longest[kind] = max(self.longest[kind], time.perf_counter() - began)
        if answer.status_code >= 500:
            self.faults.append(f"{kind} {content[:300]}: {answer.status_code} {answer.text[:200]}")
        return answer.status_code


def target() -> dict[str, str]:
    """The files of the program under attack."""
    reactors = {
        f"reactors/{name}.json": json.dumps(
            {"reactor": name, "on": "anything", "then": [{"set_attribute": {"name": name, "value": value}}]}
        )
        for name, value in _HEAVY.items()
    }
    return {"program.yaml": _PROGRAM, "events/anything.json": json.dumps(_EVENT)} | reactors


def _event(type_: str, body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": type_,
        "eventDate": datetime.now(UTC).isoformat(),
        "customerData": {"email": f"{uuid4().hex}@example.com"},
        "body": body,
    }


def attack(attacker: Attacker, cases: int, number: int) -> None:
    """Send about so many hostile things."""
    kinds: dict[str, Any] = {
        "event": given(BODIES)(attacker.event),
        "schema": given(SCHEMAS, BODIES)(attacker.schema),
        "program": given(st.one_of(RULES, RULES, ANY_RULES), BODIES)(attacker.program),
    }
    for kind, share in SHARES.items():
        bounded = settings(
            max_examples=max(1, int(cases * share)),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        bounded(seed(number)(kinds[kind]))()


def unreadable(client: httpx2.Client) -> list[str]:
    """Read every page of the lists of the store that was attacked; return those that cannot be read."""
    found = []
    for path in ("customEvent", "member", "points", "program", "stuck"):
        page = 1
        while True:
            answer = client.get(f"/api/{STORE}/{path}", params={"_page": page, "_itemsOnPage": 50})
            if answer.status_code != 200:
                found.append(f"GET {path}, page {page}: {answer.status_code} {answer.text[:200]}")
                break
            if len(answer.json()["items"]) < 50 or page == 20:
                break
            page += 1
    return found


def run(cases: int, number: int) -> tuple[Attacker, Watched]:
    """Start a Laurel with two stores, attack one, and watch the other."""
    with tempfile.TemporaryDirectory(prefix="laurel-hostile-") as name:
        folder = Path(name)
        for file, text in PROGRAM.items():
            (folder / "program" / file).parent.mkdir(parents=True, exist_ok=True)
            (folder / "program" / file).write_text(text)
        with served(folder, folder / "program") as laurel:
            status, answer = laurel.call("POST", f"/api/{STORE}/program", {"files": target()})
            assert status == 200, answer
            headers = {"X-AUTH-TOKEN": laurel.token}
            with httpx2.Client(base_url=laurel.url, timeout=120, headers=headers) as client:
                attacker = Attacker(client)
                with watching(laurel) as watched:
                    attack(attacker, cases, number)
                attacker.faults += unreadable(client)
            return attacker, watched


def main() -> int:
    """Attack, and print; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    asked = parser.parse_args()
    attacker, watched = run(asked.cases, asked.seed)
    console = Console(highlight=False, soft_wrap=True)
    for kind, statuses in attacker.statuses.items():
        console.print(f"  {kind}: {dict(sorted(statuses.items()))}, longest {attacker.longest[kind]:.1f} s")
    slow = [seconds for seconds in watched.live if seconds > LONGEST_LIVE]
    faults = attacker.faults + watched.faults
    faults += [f"/health/live took {seconds:.1f} s" for seconds in slow]
    for fault in faults[:SHOWN]:
        console.print(f"  [red]WRONG[/] {fault}", markup=True)
    result = {
        "sent": sum(statuses.total() for statuses in attacker.statuses.values()),
        "faults": len(faults),
        "live": {"asked": len(watched.live), "longest": round(max(watched.live), 2)},
        "others": {
            "applied": len(watched.applied),
            "median": round(statistics.median(watched.applied), 2),
            "longest": round(max(watched.applied), 2),
        },
    }
    console.print(f"seed {asked.seed}: {result}")
    if asked.json:
        print(json.dumps(result))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
