"""Read designers' tests from their files, and find every problem of every file in one run."""

from collections.abc import Mapping

from loyalty.program.logic import Place
from loyalty.program.program import Program
from program_files.grammar.tests import LONGEST_NAME, SHARED, SUITE, TEST_MAP
from program_files.grammar.values import COUNT
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import integer_of, items_of, text_of
from program_files.text.nodes import Node
from program_files.text.problems import Problem, Problems, in_order, shown
from program_files.text.text import read_text
from workbench.scenarios.files.fixtures import read_members
from workbench.scenarios.files.names import FIRST, ProgramNames
from workbench.scenarios.files.steps import Steps
from workbench.scenarios.model import Scenario


def read_tests(files: Mapping[str, bytes], program: Program) -> tuple[Scenario, ...]:
    """Return the tests of files in order; raise ProgramFaults with all errors."""
    problems = Problems()
    scenarios = _read_all(files, program, problems)
    problems.raise_if_any()
    return tuple(scenario for scenario in scenarios if scenario is not None)


def check_tests(files: Mapping[str, bytes], program: Program) -> tuple[Problem, ...]:
    """Return all problems of test files in the order of their places."""
    problems = Problems()
    _read_all(files, program, problems)
    return in_order(problems.found)


def _read_all(files: Mapping[str, bytes], program: Program, problems: Problems) -> list[Scenario | None]:
    names, places = ProgramNames(program), dict[str, Place]()
    nodes = [read_text(path, files[path], problems) for path in sorted(files)]
    tests = [test for node in nodes if node is not None for test in _tests_of(node, problems)]
    return [_read(test, problems, names, places) for test in tests]


def _tests_of(file: Node, problems: Problems) -> list[Node]:
    """Return the tests of a file, each with the shared keys."""
    if "tests" not in file.entries:
        return [file]
    fields = MapReader(file, problems, SUITE)
    tests = fields.items("tests")
    if file.entries["tests"].value == []:
        problems.add(file.entries["tests"].place, "out-of-range", "tests must have at least one test")
    return [_with_shared(test, file) for test in tests]


def _with_shared(test: Node, file: Node) -> Node:
    own = set(test.entries) | ({"member", "members"} if {"member", "members"} & set(test.entries) else set())
    shared = [key.name for key in SHARED if key.name in file.entries and key.name not in own]
    if not isinstance(test.value, dict):
        return test
    return Node(
        test.place,
        {key: file.entries[key] for key in shared} | test.value,
        {key: file.keys[key] for key in shared} | dict(test.keys),
    )


def _read(node: Node, problems: Problems, names: ProgramNames, places: dict[str, Place]) -> Scenario | None:
    """Return one test; None if it has errors. `places` has the place of each name used before."""
    noted = len(problems.errors)
    fields = MapReader(node, problems, TEST_MAP)
    title, at = fields.need("test"), fields.need("at")
    name = "" if title is None else _name(title, problems, places)
    start = None if at is None else names.instant(at, problems, "at")
    members = read_members(fields, names, start or FIRST)
    listed = fields.need("steps")
    reader = Steps(names, problems, members, start or FIRST)
    steps = [] if listed is None else [reader.read(item) for item in fields.items("steps")]
    if listed is not None and isinstance(listed.value, list) and not any("expect" in it.entries for it in listed.value):
        problems.add(listed.place, "missing-key", "a test needs a step that expects something")
    tags = tuple(text_of(tag, problems, "a tag") for tag in fields.items("tags"))
    skip, stock, codes = _skip(fields.get("skip"), problems), _stock(fields, names), _codes(fields, names)
    if start is None or len(problems.errors) > noted:
        return None
    place = node.place if title is None else title.place
    done = tuple(step for step in steps if step is not None)
    return Scenario(name, place, start, members, done, tags, skip, stock, codes)


def _stock(fields: MapReader, names: ProgramNames) -> dict[str, int]:
    """Return how many of each reward are left."""
    node, found = fields.get("stock"), dict[str, int]()
    if node is None:
        return found
    for name, value in names.entries(node, fields.problems, "stock", "reward"):
        found[name] = integer_of(value, fields.problems, f"stock of {name}", COUNT)
    return found


def _codes(fields: MapReader, names: ProgramNames) -> dict[str, tuple[str, ...]]:
    """Return the redemption codes of each reactor."""
    node, found = fields.get("codes"), dict[str, tuple[str, ...]]()
    if node is None:
        return found
    for name, value in names.entries(node, fields.problems, "codes", "reactor"):
        listed = items_of(value, fields.problems, f"codes of {name}")
        found[name] = tuple(text_of(each, fields.problems, "a code") for each in listed)
    return found


def _name(node: Node, problems: Problems, places: dict[str, Place]) -> str:
    name = text_of(node, problems, "test").strip()
    if len(name) > LONGEST_NAME or not name.isprintable():
        message = f"test must be one line of at most {LONGEST_NAME} characters that can be printed"
        problems.add(node.place, "out-of-range", message)
    first = places.setdefault(name, node.place)
    if name and first != node.place:
        problems.add(node.place, "duplicate-name", f"test {shown(name)} is in {first.file}:{first.line} already")
    return name


def _skip(node: Node | None, problems: Problems) -> str:
    """Return the reason why a test is skipped; empty if it is not."""
    if node is None:
        return ""
    if isinstance(node.value, str) and node.value.strip():
        return text_of(node, problems, "skip").strip()
    problems.add(node.place, "skip-without-reason", "skip must say why, as in skip: waiting for the new prices")
    return ""
