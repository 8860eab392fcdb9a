"""Files of reactors/: reactors."""

from loyalty.program.logic import Logic
from loyalty.program.reactors import CodeRule, Limit, Reactor
from program_files.grammar.common import PERIOD
from program_files.grammar.reactors import ACTIVE, CODE, LIMIT, PER, REACTOR
from program_files.readers.declarations import Declarations
from program_files.readers.effects import EffectReader
from program_files.readers.logic import read_logic
from program_files.readers.map_reader import MapReader
from program_files.readers.spans import read_span
from program_files.text.nodes import Node
from program_files.text.problems import Problems
from rules.types import BOOLEAN, TEXT


def read_reactor(node: Node, problems: Problems, declared: Declarations) -> Reactor | None:
    """Return a reactor; None if it has no name."""
    fields = MapReader(node, problems, REACTOR)
    name = fields.name("reactor")
    title = fields.text("title", name or "?")
    on = read_on(fields, declared)
    when = read_when(fields, declared, on)
    code = _code(fields, declared, on)
    then = fields.need("then")
    effects = () if then is None else EffectReader(declared, problems, on, when).read(then)
    if then is not None and then.value == []:
        problems.add(then.place, "out-of-range", "then must have at least one effect")
    limits = tuple(_limit(item, problems) for item in fields.items("limits"))
    active = fields.get("active")
    start, end = None, None
    if active is not None:
        start, end = read_span(MapReader(active, problems, ACTIVE), declared.settings.zone)
    if name is None:
        return None
    return Reactor(name, title, on, when, effects, limits, start, end, node.place, code)


def read_on(fields: MapReader, declared: Declarations) -> str:
    """Return the event type that it answers."""
    node = fields.need("on")
    return "?" if node is None else declared.reference(node, fields.problems, "event type")


def read_when(fields: MapReader, declared: Declarations, on: str) -> Logic | None:
    """Return the condition, if there is one."""
    node = fields.get("when")
    if node is None:
        return None
    return read_logic(node, fields.problems, declared.scope_of(on), BOOLEAN, declared.settings.zone)


def _code(fields: MapReader, declared: Declarations, on: str) -> CodeRule | None:
    """Return the redemption code that it requires, if any."""
    node = fields.get("code")
    if node is None:
        return None
    parts = MapReader(node, fields.problems, CODE)
    given, uses = parts.need("is"), parts.integer("uses") or 1
    if given is None:
        return None
    logic = read_logic(given, fields.problems, declared.scope_of(on), TEXT, declared.settings.zone)
    return None if logic is None else CodeRule(logic, uses)


def _limit(node: Node, problems: Problems) -> Limit:
    fields = MapReader(node, problems, LIMIT)
    if fields.get("times") is None and fields.get("points") is None and node.entries:
        problems.add(node.place, "missing-key", "a limit needs times or points")
    return Limit(
        per=fields.choice("per", PER),
        every=fields.choice("every", PERIOD),
        times=fields.integer("times"),
        points=fields.amount("points"),
    )
