"""Read the steps of a test, and calculate the time of each."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from loyalty.calendar import Duration
from loyalty.events.builtin_events import BUILT_IN
from loyalty.program.event_types import EventType
from loyalty.program.tiers import DEFAULT_SET
from program_files.grammar.tests import REFUSED, STEP_VARIANTS, TOGETHER_EVENT
from program_files.grammar.values import MapGrammar
from program_files.readers.map_reader import MapReader
from program_files.readers.node_values import choice_of, note_wrong_type
from program_files.text.nodes import Node
from program_files.text.problems import Problems, shown
from workbench.scenarios.files.expectations import read_checks
from workbench.scenarios.files.fixtures import ONLY
from workbench.scenarios.files.names import LAST, ProgramNames
from workbench.scenarios.files.transactions import read_document
from workbench.scenarios.model import (
    AdvanceClock,
    BuyReward,
    EventTimes,
    Expect,
    Fixture,
    ReportEvent,
    ReportTogether,
    ReportTransaction,
    ScenarioStep,
    SetTierByHand,
)

_VARIANTS: Final = STEP_VARIANTS.variants
_ANY_STEP: Final = MapGrammar(STEP_VARIANTS.title, STEP_VARIANTS.keys)
REGISTERED = "member_registered"
MOST_BODY_FAULTS = 20
_MOVES_CLOCK: Final = {"at", "every"}
"""The keys of an event step that are not allowed in events of `together`."""


class Steps:
    """Reads the steps of one test in order."""

    def __init__(
        self, names: ProgramNames, problems: Problems, members: Mapping[str, Fixture], start: datetime
    ) -> None:
        self._names = names
        self._problems = problems
        self._members = members
        self._unregistered = {name for name, fixture in members.items() if not fixture.is_registered}
        self._now = start

    def read(self, node: Node) -> ScenarioStep | None:
        """Return one step; add a problem and return None if it is none."""
        doings = [key for key in node.entries if key in _VARIANTS]
        if len(doings) > 1:
            message = f"a step does one thing: give {doings[1]} a step of its own"
            self._problems.add(node.keys[doings[1]], "clashing-keys", message)
            return None
        doing = doings[0] if doings else ""
        noted = len(self._problems.found)
        fields = MapReader(node, self._problems, _VARIANTS.get(doing, _ANY_STEP))
        match doing:
            case "event":
                return self._event(fields)
            case "together":
                return self._together(fields)
            case "buy":
                return self._buy(fields)
            case "transaction" | "return":
                return self._transaction(fields, doing)
            case "set_tier":
                return self._set_tier(fields)
            case "wait":
                return self._wait(fields)
            case "until":
                return self._until(fields)
            case "expect":
                return self._expect(fields)
            case _:
                if len(self._problems.found) == noted:  # else it is a misspelt key, which is noted
                    message = f"a step needs one of {', '.join(_VARIANTS)}"
                    self._problems.add(node.place, "missing-key", message)
                return None

    def _expect(self, fields: MapReader) -> ScenarioStep | None:
        node, member = fields.need("expect"), self._member(fields)
        checks = () if node is None else read_checks(node, self._problems, self._names)
        return None if member is None else Expect(fields.node.place, member, checks)

    def _buy(self, fields: MapReader) -> ScenarioStep | None:
        self._move_to(fields, "at")
        node, member, points = fields.need("buy"), self._member(fields), fields.amount("points")
        reward = None if node is None else self._names.read(node, self._problems, "reward")
        refused = fields.get("refused")
        why = None if refused is None else choice_of(refused, self._problems, "refused", REFUSED)
        if member in self._unregistered:
            message = "the member is not registered yet, so they buy nothing: let an event register them first"
            self._problems.add(fields.node.place, "refused-event", message)
        if member is None or reward is None:
            return None
        return BuyReward(fields.node.place, member, reward, points, why, self._now)

    def _set_tier(self, fields: MapReader) -> ScenarioStep | None:
        self._move_to(fields, "at")
        node, of, member = fields.need("set_tier"), fields.get("set"), self._member(fields)
        name = DEFAULT_SET if of is None else self._names.read(of, self._problems, "tier set")
        ends = fields.get("ends")
        until = None if ends is None else self._names.end(ends, self._problems, "ends")
        if ends is not None and until is not None and until <= self._now:
            self._problems.add(ends.place, "out-of-range", "ends must be after the step")
        if member in self._unregistered:
            message = "the member is not registered yet, so they have no tier: let an event register them first"
            self._problems.add(fields.node.place, "refused-event", message)
        if node is None or name is None or member is None:
            return None
        tier = None if node.value is None else self._names.tier(node, self._problems, name)
        pinned = fields.flag("pinned") or False
        return SetTierByHand(fields.node.place, member, tier, name, until, pinned, self._now)

    def _wait(self, fields: MapReader) -> ScenarioStep:
        span = fields.duration("wait") or Duration(days=1)
        self._now = self._later(fields, self._now, span, 1)
        return AdvanceClock(fields.node.place, self._now)

    def _until(self, fields: MapReader) -> ScenarioStep:
        self._move_to(fields, "until")
        return AdvanceClock(fields.node.place, self._now)

    def _transaction(self, fields: MapReader, doing: str) -> ScenarioStep | None:
        self._move_to(fields, "at")
        member = self._member(fields) if doing == "transaction" else None
        for key in ("transaction",) if doing == "transaction" else ("return", "of"):
            fields.need(key)
        document = read_document(fields, self._names.program, now=self._now)
        if doing == "transaction" and member is None:
            return None
        return ReportTransaction(fields.node.place, self._now, document, member)

    def _together(self, fields: MapReader) -> ScenarioStep | None:
        self._move_to(fields, "at")
        node = fields.node.entries["together"]
        if node.value == []:
            self._problems.add(node.place, "out-of-range", "together must have at least one event")
        events = [self._event_of_together(item) for item in fields.items("together")]
        return ReportTogether(fields.node.place, self._now, tuple(event for event in events if event is not None))

    def _event_of_together(self, node: Node) -> ReportEvent | None:
        """Return one event of `together`; add a problem for keys that would move the clock, which stands still."""
        others = [key for key in node.entries if key in _VARIANTS and key != "event"]
        if others:
            message = f"together has events only: give {others[0]} a step of its own"
            self._problems.add(node.keys[others[0]], "clashing-keys", message)
            return None
        for key in sorted(_MOVES_CLOCK & node.entries.keys()):
            cure = "give at to the step" if key == "at" else f"remove {key}, or write steps"
            self._problems.add(node.keys[key], "clashing-keys", f"events of together have one moment: {cure}")
        if isinstance(node.value, dict):
            kept = {key: value for key, value in node.value.items() if key not in _MOVES_CLOCK}
            node = Node(node.place, kept, node.keys)
        return self._event(MapReader(node, self._problems, TOGETHER_EVENT))

    def _event(self, fields: MapReader) -> ReportEvent | None:
        member, event_type = self._member(fields), self._event_type(fields)
        body = self._body(fields, event_type)
        moments = self._moments(fields)
        if member is None or event_type is None:
            return None
        self._register(fields, fields.get("event") or fields.node, member, event_type)
        return ReportEvent(fields.node.place, member, event_type.name, body, moments)

    # -- who and what

    def _member(self, fields: MapReader) -> str | None:
        node = fields.get("member")
        if node is None:
            if len(self._members) > 1:
                message = f"{fields.title} needs member, as there are several: {', '.join(self._members)}"
                self._problems.add(fields.node.place, "missing-key", message)
                return None
            return next(iter(self._members), None)
        if not isinstance(node.value, str):
            note_wrong_type(node, self._problems, "member", "a text")
            return None
        if node.value not in self._members and self._members:
            named = [name for name in self._members if name != ONLY]
            self._problems.add_unknown(node.place, "unknown-member", "member", node.value, named)
            if not named:
                return None
        return node.value if node.value in self._members else None

    def _event_type(self, fields: MapReader) -> EventType | None:
        node = fields.need("event")
        name = None if node is None else self._names.read(node, self._problems, "event type")
        if node is None or name is None:
            return None
        if name in BUILT_IN and name != REGISTERED:
            message = f"{name} happens by itself and is not reported: write steps that cause it"
            self._problems.add(node.place, "caused-event", message)
            return None
        return self._names.program.event_types[name]

    def _register(self, fields: MapReader, node: Node, member: str, event_type: EventType) -> None:
        """Note that a member is registered from here on; add a problem at the node if they cannot be."""
        if event_type.name == REGISTERED and member not in self._unregistered:
            message = "the member is registered already: write member: unknown"
            self._problems.add(node.place, "caused-event", message)
        elif event_type.name == REGISTERED and fields.get("repeat") is not None:
            message = "a member registers once: remove repeat"
            self._problems.add(fields.node.keys["repeat"], "clashing-keys", message)
        elif (
            event_type.name != REGISTERED
            and member in self._unregistered
            and not self._names.program.registers_unknown_members
        ):
            message = (
                "unknown_members is refuse, so this event would be: let a step {event: member_registered} be first"
            )
            self._problems.add(node.place, "refused-event", message)
        self._unregistered.discard(member)

    def _body(self, fields: MapReader, event_type: EventType | None) -> Mapping[str, Any]:
        node = fields.get("body")
        if node is not None and not isinstance(node.value, dict):
            note_wrong_type(node, self._problems, "body", "a map")
            return {}
        body: Mapping[str, Any] = {} if node is None else node.plain()
        at = node or fields.node
        faults = [] if event_type is None else event_type.body.faults(body)
        for fault, _ in zip(faults, range(MOST_BODY_FAULTS), strict=False):
            self._problems.add(
                at.place_of(fault.path), "refused-event", f"production would refuse it: {shown(fault.message)}"
            )
        return body

    # -- when

    def _moments(self, fields: MapReader) -> tuple[EventTimes, ...]:
        """Return the times at which the event is reported, and move the clock to the last."""
        self._move_to(fields, "at")
        repeat, time = fields.integer("repeat"), fields.get("time")
        every = None if fields.get("every") is None else fields.duration("every")  # `together` does not have the key
        times = 1 if repeat is None else repeat
        if every is not None and repeat is None:
            self._problems.add(fields.node.keys["every"], "missing-key", "every needs repeat: how often it happens")
        if time is not None:
            if repeat is not None:
                message = "events that are repeated have no time of their own: write several steps"
                self._problems.add(fields.node.keys["time"], "clashing-keys", message)
            happened = self._names.instant(time, self._problems, "time")
            return (EventTimes(self._now, happened or self._now),)
        first = self._now
        instants = [first] + [self._later(fields, first, every, n) if every else first for n in range(1, times)]
        self._now = instants[-1]
        return tuple(EventTimes(instant, instant) for instant in instants)

    def _move_to(self, fields: MapReader, key: str) -> None:
        node = fields.get(key)
        instant = None if node is None else self._names.instant(node, self._problems, key)
        if node is None or instant is None:
            return
        if instant < self._now:
            clock = self._now.astimezone(self._names.program.zone)
            message = f"{key} is before {clock:%Y-%m-%dT%H:%M:%S}, where the clock stands by then: it never goes back"
            self._problems.add(node.place, "clock-goes-back", message)
        self._now = max(self._now, instant)

    def _later(self, fields: MapReader, start: datetime, span: Duration, times: int) -> datetime:
        """Return the instant that is `times` spans after `start`, on the store's calendar."""
        whole_span = Duration(span.months * times, span.days * times, span.seconds * times)
        try:
            later = whole_span.after(start, self._names.program.zone)
        except (ValueError, OverflowError):
            later = LAST
        if later < LAST:
            return later
        message = f"the test must end before the year {LAST.year}"
        if not any(p.place == fields.node.place and p.message == message for p in self._problems.found):
            self._problems.add(fields.node.place, "out-of-range", message)
        return start
