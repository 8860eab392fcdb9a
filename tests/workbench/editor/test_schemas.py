"""Schemas accept what the reader accepts, and refuse what is wrong where it is wrong."""
# ruff: noqa: E501 - a case is one line, so that the table reads as one

import inspect
import json
import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from program_files import ProgramFaults, read_contents, read_program
from program_files.folders.layout import is_read
from tests.program_files import test_good_files
from tests.program_files.cases import CASES, GOOD
from tests.workbench.editor.whole import FILES, TESTS, kind_of, node_of, schemas_of
from workbench.editor import FILE_SCHEMAS, read_vocabulary, schema_of
from workbench.editor.schemas import DRAFT

ROOT = Path(__file__).parents[3]
SHOP = dict(read_contents(ROOT / "programs" / "coffee-shop").files)
PAGE = (ROOT / "docs" / "designers.md").read_text("utf-8")
EXAMPLES = {
    block.splitlines()[0].removeprefix("# "): block.encode()
    for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
}
SCHEMAS = schemas_of(FILES)

Path_ = tuple[str | int, ...]


def faults(schema: Any, value: Any) -> list[tuple[Path_, str]]:
    """Where a value is refused, and by which keyword; of alternatives, what is wrong in each."""
    validator = jsonschema_rs.Draft7Validator(schema)
    return [(tuple(error.instance_path), str(error.schema_path[-1])) for error in _leaves(validator.iter_errors(value))]


def _leaves(errors: Any) -> Iterator[Any]:
    for error in errors:
        inner = [each for branch in getattr(error.kind, "context", []) for each in branch]
        if inner:
            yield from _leaves(inner)
        else:
            yield error


def refused(files: Mapping[str, bytes], whole: Mapping[str, bytes] | None = None) -> list[str]:
    """The files of a program, or some of them, that its own schemas refuse."""
    nodes = {path: node_of(path, content) for path, content in files.items()}
    schemas = schemas_of(dict(whole or files))
    made = {kind: jsonschema_rs.Draft7Validator(schemas[kind]) for kind in set(map(kind_of, files))}
    return [
        f"{path}: {list(map(str, made[kind_of(path)].iter_errors(node.plain())))}"
        for path, node in nodes.items()
        if node is not None and not made[kind_of(path)].is_valid(node.plain())
    ]


@pytest.mark.parametrize("files", [SHOP, GOOD, EXAMPLES, {**FILES, **TESTS}], ids=["shop", "good", "page", "whole"])
def test_good_programs_are_accepted(files: dict[str, bytes]) -> None:
    assert refused(files) == []


def test_every_good_file_of_the_reader_s_own_tests_is_accepted(monkeypatch: pytest.MonkeyPatch) -> None:
    programs: list[Mapping[str, bytes]] = []

    def noting(files: Mapping[str, bytes]) -> Any:
        program = read_program(files)
        programs.append(files)
        return program

    monkeypatch.setattr(test_good_files, "read_program", noting)
    for name, function in inspect.getmembers(test_good_files, inspect.isfunction):
        if name.startswith("test_"):
            for arguments in _arguments(function):
                function(**arguments)

    assert len(programs) > 30
    assert [fault for files in programs for fault in refused(_without_tests(files))] == []


def _arguments(function: Any) -> list[dict[str, Any]]:
    """Every set of arguments that a test is called with."""
    marks = [mark for mark in getattr(function, "pytestmark", []) if mark.name == "parametrize"]
    if not marks:
        return [{}]
    names, values = marks[0].args
    listed = names if isinstance(names, tuple | list) else [names]
    return [dict(zip(listed, each if len(listed) > 1 else (each,), strict=True)) for each in values]


def _without_tests(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: content for path, content in files.items() if not path.startswith("tests/")}


R, A, E, W, P, T = "reactor", "achievement", "event", "reward", "program", "test"


def reactor(rest: str) -> str:
    return f"reactor: r\non: purchase\n{rest}"


def then(effect: str) -> str:
    return reactor(f"then: [{{{effect}}}]")


def when(condition: str) -> str:
    return reactor(f"when: {condition}\nthen: [{{grant_badge: early-bird}}]")


def achievement(rest: str) -> str:
    return f"achievement: a\non: purchase\n{rest}"


def program(rest: str) -> str:
    return f"store: S\ntimezone: UTC\n{rest}"


def step(said: str) -> str:
    return f"test: t\nat: 2026-01-01\nsteps: [{{{said}}}]"


WRONG: list[tuple[str, str, Path_, str]] = [
    # program.yaml
    (P, "store: S\n", (), "required"),
    (P, "store: a b\ntimezone: UTC\n", ("store",), "pattern"),
    (P, "store: S\ntimezone: Europe/Warszawa\n", ("timezone",), "enum"),
    (P, program("titel: x"), (), "additionalProperties"),
    (P, program("title: ' '"), ("title",), "pattern"),
    (P, program("unknown_members: registr"), ("unknown_members",), "enum"),
    (P, program("tier_by: spent_amount"), ("tier_by",), "enum"),
    (P, program("wallets: {}"), ("wallets",), "minProperties"),
    (P, program("wallets: {a: {decimal: 2}}"), ("wallets", "a"), "additionalProperties"),
    (P, program("wallets: {a: {decimals: 7}}"), ("wallets", "a", "decimals"), "maximum"),
    (P, program("wallets: {a: {pending: 90 days}}"), ("wallets", "a", "pending"), "pattern"),
    (P, program("wallets: {a: {expires: 90d}}"), ("wallets", "a", "expires"), "const"),
    (P, program("wallets: {a: {expires: {on: 02-30}}}"), ("wallets", "a", "expires", "on"), "pattern"),
    (P, program("wallets: {a: {expires: {on: 04-31}}}"), ("wallets", "a", "expires", "on"), "pattern"),
    (P, program("wallets: {a: {expires: {after: 1d, on: 01-01}}}"), ("wallets", "a", "expires"), "maxProperties"),
    (P, program("wallets: {a: {expires: {after: 0d}}}"), ("wallets", "a", "expires", "after"), "pattern"),
    (P, program("notify_before: {points: 0d}"), ("notify_before", "points"), "pattern"),
    (P, program("tiers: [{tier: a}]"), ("tiers", 0), "required"),
    (P, program("tiers: [{tier: a, from: -1}]"), ("tiers", 0, "from"), "minimum"),
    (P, program("badges: [a, a]"), ("badges",), "uniqueItems"),
    (P, program("badges: {a: {titel: x}}"), ("badges", "a"), "additionalProperties"),
    # events
    (E, "event: tier_changed", ("event",), "not"),
    (E, "event: e\nbody: {type: array}", ("body", "type"), "const"),
    (E, "event: e\nbody: {requird: [a]}", ("body",), "additionalProperties"),
    (E, "event: e\nbody: {properties: {a: {items: {minimun: 1}}}}", ("body", "properties", "a", "items"), "additionalProperties"),
    (E, "event: e\nbody: {properties: {a: {type: strng}}}", ("body", "properties", "a", "type"), "enum"),
    (E, "event: e\nbody: {properties: {a: {format: datetime}}}", ("body", "properties", "a", "format"), "enum"),
    (E, "event: e\nbody: {properties: {a: {$ref: 'http://a'}}}", ("body", "properties", "a", "$ref"), "pattern"),
    (E, "event: e\nbody: {properties: {a: {minimum: high}}}", ("body", "properties", "a", "minimum"), "type"),
    (E, "event: e\nbody: []", ("body",), "type"),
    # reactors
    (R, "reactor: r\non: purchas\nthen: [{set_tier: gold}]", ("on",), "enum"),
    (R, reactor("title: x"), (), "required"),
    (R, reactor("then: []"), ("then",), "minItems"),
    (R, reactor("than: []\nthen: [{set_tier: gold}]"), (), "additionalProperties"),
    (R, reactor("then: {set_tier: gold}"), ("then",), "type"),
    (R, then("grant_bagde: x"), ("then", 0), "additionalProperties"),
    (R, then("grant_badge: early-bird, set_tier: gold"), ("then", 0), "maxProperties"),
    (R, then("grant_badge: late"), ("then", 0, "grant_badge"), "enum"),
    (R, then("set_tier: glod"), ("then", 0, "set_tier"), "enum"),
    (R, then("issue_reward: cofee"), ("then", 0, "issue_reward"), "enum"),
    (R, then("award_points: {points: 1, wallet: mile}"), ("then", 0, "award_points", "wallet"), "enum"),
    (R, then("award_points: {points: 1, rond: up}"), ("then", 0, "award_points"), "additionalProperties"),
    (R, then("award_points: {points: '1'}"), ("then", 0, "award_points", "points"), "type"),
    (R, then("award_points: {points: {var: event.body.tota}}"), ("then", 0, "award_points", "points", "var"), "pattern"),
    (R, then("set_attribute: {name: a, value: {x: {var: event.tpe}}}"), ("then", 0, "set_attribute", "value", "x", "var"), "pattern"),
    (R, then("call_webhook: {url: 'ftp://a.example'}"), ("then", 0, "call_webhook", "url"), "pattern"),
    (R, then("call_webhook: {url: 'https://a.example', headers: {Host: x}}"), ("then", 0, "call_webhook", "headers"), "not"),
    (R, then("call_webhook: {url: 'https://a.example', headers: {Webhook-Id: x}}"), ("then", 0, "call_webhook", "headers"), "not"),
    (R, then('call_webhook: {url: "https://a.example", headers: {X: "a\\nb"}}'), ("then", 0, "call_webhook", "headers", "X"), "pattern"),
    (R, then("call_webhook: {url: 'https://a.example', body: {a: [{var: [member.teir, 1]}]}}"), ("then", 0, "call_webhook", "body", "a", 0, "var", 0), "pattern"),
    (R, when("5"), ("when",), "type"),
    (R, when("{inn: [1, []]}"), ("when",), "additionalProperties"),
    (R, when('{"==": [1, 1], "!=": [1, 1]}'), ("when",), "maxProperties"),
    (R, when('{"==": [1, 2, 3]}'), ("when", "=="), "maxItems"),
    (R, when('{"==": 1}'), ("when", "=="), "type"),
    (R, when('{"!": []}'), ("when", "!"), "minItems"),
    (R, when('{"==": [{var: member.teir}, gold]}'), ("when", "==", 0, "var"), "pattern"),
    (R, when('{"==": [{var: 3}, gold]}'), ("when", "==", 0, "var"), "not"),
    (R, when('{"!!": {missing: [event.body.totl]}}'), ("when", "!!", "missing", 0), "pattern"),
    (R, when('{"!!": {missing_some: [1, [event.body.total, now.x]]}}'), ("when", "!!", "missing_some", 1, 1), "pattern"),
    (R, when('{some: [{var: event.body.items}, {"==": [{var: skuu}, a]}]}'), ("when", "some", 1, "==", 0, "var"), "pattern"),
    (R, when('{some: [{filter: [{var: [event.body.items, []]}, true]}, {some: [{var: parts}, {var: x}]}]}'), ("when", "some", 1, "some", 1, "var"), "pattern"),
    (R, when('{">": [{reduce: [{var: event.body.items}, {var: curent.sku}, 0]}, 1]}'), ("when", ">", 0, "reduce", 1, "var"), "pattern"),
    (R, when('{in: [a, {map: [{var: member.badges}, {var: name}]}]}'), ("when", "in", 1, "map", 1, "var"), "pattern"),
    (R, reactor("then: [{set_tier: gold}]\nlimits: [{every: day}]"), ("limits", 0), "required"),
    (R, reactor("then: [{set_tier: gold}]\nlimits: [{times: 1}]"), ("limits", 0), "required"),
    (R, reactor("then: [{set_tier: gold}]\nlimits: [{every: hour, times: 1}]"), ("limits", 0, "every"), "enum"),
    (R, reactor("then: [{set_tier: gold}]\nlimits: [{every: day, times: 0}]"), ("limits", 0, "times"), "minimum"),
    (R, reactor("then: [{set_tier: gold}]\nlimits: [{every: day, points: 0}]"), ("limits", 0, "points"), "exclusiveMinimum"),
    (R, reactor("then: [{set_tier: gold}]\nactive: {from: 1.1.2026}"), ("active", "from"), "pattern"),
    (R, reactor("then: [{set_tier: gold}]\nactive: {to: 2026-01-01}"), ("active",), "additionalProperties"),
    # achievements
    (A, achievement("title: x"), (), "required"),
    (A, achievement("goal: 0"), ("goal",), "exclusiveMinimum"),
    (A, achievement("goal: 2.5"), ("goal",), "type"),
    (A, achievement("goal: 8\nmeasure: days\nwindow: week"), ("goal",), "maximum"),
    (A, achievement("goal: 1\nmeasure: day"), ("measure",), "enum"),
    (A, achievement("goal: 1\nmeasure: {sum: {var: event.body.totl}}"), ("measure", "sum", "var"), "pattern"),
    (A, achievement("goal: 1\nwindow: {last: 12h}"), ("window", "last"), "pattern"),
    (A, achievement("goal: 1\nrepeat: 0"), ("repeat",), "minimum"),
    (A, achievement("goal: 1\nrepeat: twice"), ("repeat",), "enum"),
    (A, achievement("goal: 1\nthen: [{award_points: {points: {var: event.body.total}}}]"), ("then", 0, "award_points", "points", "var"), "pattern"),
    # rewards
    (W, "title: x", (), "required"),
    (W, "reward: w\ncoupon: {value: 1}", ("coupon",), "required"),
    (W, "reward: w\ncoupon: {value: 120, type: percentage}", ("coupon", "value"), "maximum"),
    (W, "reward: w\ncoupon: {value: 1, type: money, length: 5}", ("coupon", "length"), "minimum"),
    (W, "reward: w\ncoupon: {value: 1, type: money, prefix: a b}", ("coupon", "prefix"), "pattern"),
    # tests
    (T, "test: t\nsteps: [{expect: {points: 1}}]", (), "required"),
    (T, "test: t\nat: tomorrow\nsteps: [{expect: {points: 1}}]", ("at",), "pattern"),
    (T, "tests: [{test: t, steps: [{wait: 1d}]}]\nskip: x", (), "enum"),
    (T, step("event: purchas"), ("steps", 0, "event"), "enum"),
    (T, step("event: tier_changed"), ("steps", 0, "event"), "enum"),
    (T, step("event: purchase, body: {totl: 1}"), ("steps", 0, "body"), "required"),
    (T, step("event: purchase, body: {total: 1, items: [{sku: 3}]}"), ("steps", 0, "body", "items", 0, "sku"), "type"),
    (T, step("event: purchase, body: {total: 1, items: [], channel: wep}"), ("steps", 0, "body", "channel"), "enum"),
    (T, step("event: purchase, every: 1d"), ("steps", 0), "dependencies"),
    (T, step("wait: 1d, until: 2026-02-01"), ("steps", 0), "enum"),
    (T, step("wait: 1d, member: ann"), ("steps", 0), "enum"),
    (T, step("together: []"), ("steps", 0, "together"), "minItems"),
    (T, step("together: [{body: {}}]"), ("steps", 0, "together", 0), "required"),
    (T, step("together: [{event: purchas}]"), ("steps", 0, "together", 0, "event"), "enum"),
    (T, step("together: [{event: purchase, body: {totl: 1}}]"), ("steps", 0, "together", 0, "body"), "required"),
    (T, step("together: [{event: app_login, at: 2026-01-01}]"), ("steps", 0, "together", 0), "additionalProperties"),
    (T, step("together: [{event: app_login}], every: 1d"), ("steps", 0), "enum"),
    (T, step("expect: {}"), ("steps", 0, "expect"), "minProperties"),
    (T, step("expect: {pionts: 1}"), ("steps", 0, "expect"), "additionalProperties"),
    (T, step("expect: {points: {mile: 1}}"), ("steps", 0, "expect", "points"), "additionalProperties"),
    (T, step("expect: {tier: glod}"), ("steps", 0, "expect", "tier"), "enum"),
    (T, step("expect: {achievements: {weak: {completed: 1}}}"), ("steps", 0, "expect", "achievements"), "additionalProperties"),
    (T, step("expect: {fired: [doubel]}"), ("steps", 0, "expect", "fired", 0), "enum"),
    (T, step("expect: {webhooks: [{times: 1}]}"), ("steps", 0, "expect", "webhooks", 0), "required"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "text", "path", "keyword"), WRONG, ids=[f"{case[0]}: {case[1][-60:]}" for case in WRONG]
)
def test_what_is_wrong_is_underlined_where_it_is(kind: str, text: str, path: Path_, keyword: str) -> None:
    node = node_of("any.yaml", text.encode())
    assert node is not None

    found = faults(SCHEMAS[kind], node.plain())

    assert (path, keyword) in found
    assert all(fault[: len(path)] == path[: len(fault)] for fault, _ in found), "nothing else is underlined"


def test_what_the_schemas_do_not_see_is_what_no_schema_can() -> None:
    made = {kind: jsonschema_rs.Draft7Validator(schema) for kind, schema in schemas_of(GOOD).items()}
    left: set[str] = set()

    for path, content, line in CASES:
        node = node_of(path, content if isinstance(content, bytes) else content.encode())
        if node is not None and is_read(path) and made[kind_of(path)].is_valid(node.plain()):
            left.add(re.sub(r"^.*?:\d+:\d+: (warning: )?([a-z-]+): .*", r"\2", line, flags=re.DOTALL))

    assert left.isdisjoint(
        {
            "unknown-key",
            "missing-key",
            "unknown-value",
            "bad-name",
            "built-in-name",
            "bad-url",
            "bad-header",
            "bad-expiry",
        }
        | {"unknown-effect", "unknown-event-type", "unknown-wallet", "unknown-tier", "unknown-badge", "unknown-reward"}
        | {"several-effects", "unknown-timezone", "remote-reference", "unknown-keyword", "unknown-schema-type"}
        | {"unknown-format", "unknown-operator", "several-operators", "wrong-arity", "unknown-path", "body-no-object"}
    )


@pytest.mark.parametrize("seed", range(2))
def test_whatever_the_reader_accepts_of_damaged_files_the_schemas_accept(seed: int) -> None:
    dice, accepted = random.Random(seed), 0
    pool = [value for path, content in {**FILES, **SHOP}.items() for value in _values(_plain(path, content))]

    for _ in range(150):
        path = dice.choice(list(FILES))
        damaged = json.dumps(_damaged(_plain(path, FILES[path]), pool, dice)).encode()
        files = {name: content for name, content in FILES.items() if name != path} | {f"{path[:-5]}.json": damaged}
        try:
            read_program(files)
        except ProgramFaults:
            continue
        accepted += 1
        # What a reactor or an achievement says changes nothing for other files.
        refers = path.startswith(("reactors/", "achievements/"))
        assert refused({name: files[name] for name in files if name not in FILES or not refers}, files) == [], damaged

    assert accepted > 10


def _plain(path: str, content: bytes) -> Any:
    node = node_of(path, content)
    assert node is not None
    return json.loads(json.dumps(node.plain(), default=float))


def _values(value: Any) -> Iterator[Any]:
    yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _values(inner)


def _damaged(value: Any, pool: list[Any], dice: random.Random) -> Any:
    """A value with one part taken out, put in or replaced by another of some program."""
    if not isinstance(value, dict | list) or not value or dice.random() < 0.1:
        return dice.choice([*pool, 0, 1, "", None, True, [], {}, "90d", "purchase", "points", 2.5])
    if isinstance(value, dict):
        key = dice.choice(list(value))
        if dice.random() < 0.15:
            return {name: inner for name, inner in value.items() if name != key}
        return {**value, key: _damaged(value[key], pool, dice)}
    place = dice.randrange(len(value))
    if dice.random() < 0.15:
        return value[:place] + value[place + 1 :]
    return [*value[:place], _damaged(value[place], pool, dice), *value[place + 1 :]]


@pytest.mark.parametrize("name", list(FILE_SCHEMAS))
def test_a_schema_is_one_of_draft_7(name: str) -> None:
    assert SCHEMAS[name]["$schema"] == DRAFT
    jsonschema_rs.meta.validate(SCHEMAS[name])


@pytest.mark.parametrize("name", list(FILE_SCHEMAS))
def test_no_bare_items_lead_back_to_where_they_stand(name: str) -> None:
    """The language servers follow them until they run out of stack, and then propose nothing."""
    defined = SCHEMAS[name].get("definitions", {})

    for start in defined:
        seen, here = {start}, defined[start]
        while isinstance(here, dict) and "items" in here:
            reference = here["items"].get("$ref", "") if isinstance(here["items"], dict) else ""
            here = defined.get(reference.removeprefix("#/definitions/"))
            assert reference.removeprefix("#/definitions/") not in seen
            seen.add(reference.removeprefix("#/definitions/"))


def test_a_schema_of_fifty_event_types_of_twenty_fields_stays_under_a_megabyte() -> None:
    """Editors grow slow above it."""
    files = {**GOOD}
    for number in range(50):
        fields: dict[str, Any] = {f"field_of_{number}_{n}": {"type": ("number", "string")[n % 2]} for n in range(18)}
        item = {"type": "object", "properties": {f"sku_{number}": {"type": "string"}, "price": {"type": "number"}}}
        fields |= {"items": {"type": "array", "items": item}, "tags": {"type": "array", "items": {"type": "string"}}}
        body = {"type": "object", "required": list(fields)[:3], "properties": fields}
        files[f"events/e{number}.json"] = json.dumps({"event": f"event_type_{number}", "body": body}).encode()

    schemas = schemas_of(files)

    assert max(len(json.dumps(schema)) for schema in schemas.values()) < 1_000_000


def test_what_cannot_be_read_leaves_any_name_right() -> None:
    broken = {"program.yaml": b"store: [", "rewards/tea.yaml": b"reward: [", "events/purchase.yaml": b"event: ["}
    uses = "on: anything\nthen: [{set_tier: gold}, {issue_reward: tea}, {award_points: {points: 1, wallet: miles}}]\n"
    node = node_of("r.yaml", f"reactor: r\n{uses}".encode())
    assert node is not None

    schemas = schemas_of(broken)

    assert faults(schemas["reactor"], node.plain()) == []
    assert faults(schemas["reactor"], {**node.plain(), "on": "a b"}) == [(("on",), "pattern")]


def test_a_faulty_reactor_keeps_nothing_from_being_completed() -> None:
    files = {**FILES, "reactors/double.yaml": b"reactor: [", "reactors/other.yaml": b"reactor: other\non: nothing\n"}

    schemas = schemas_of(files)

    assert schemas["reactor"] == SCHEMAS["reactor"]


@pytest.mark.parametrize(
    ("unread", "key", "value"),
    [
        ("reactors/pipe.yaml", "fired", ["anything"]),
        ("reactors", "fired", ["anything"]),
        ("achievements", "achievements", {"anything": {"completed": 1}}),
        ("events", "events", []),
        ("tests/pipe.yaml", "points", 1),
    ],
)
def test_what_lies_in_files_and_folders_that_nobody_can_read_is_not_missed(unread: str, key: str, value: Any) -> None:
    vocabulary, _ = read_vocabulary(FILES, unread=[unread])
    reported = "anything" if unread == "events" else "ping"
    test = {"test": "t", "at": "2026-01-01", "steps": [{"event": reported}, {"expect": {key: value}}]}

    schema = schema_of(FILE_SCHEMAS["test"], vocabulary)

    assert faults(schema, test) == []
