"""Generate a test from a real event: the member as they were, the event, and its result, without personal data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.program import Program
from program_files.text.plain_yaml import flow
from workbench.generation.expectations import expectations
from workbench.generation.fixture import RecordedEvent, RecordedReversal, fixture_lines
from workbench.masking import CannotMask, Masker
from workbench.scenarios.files import read_tests
from workbench.scenarios.model import Scenario
from workbench.scenarios.running import REGISTERED, record_run, run

SALE = "transaction"
"""The built-in event of a sale, which a test reports as a step of its own."""
RETURN = "transaction_returned"
"""That of a return: its test begins with the sale, whose results it takes back."""

_OF_RETURNS = frozenset({"sale", "sale_document_number", "whole"})
"""What the body of a return has beside that of a sale."""

__all__ = [
    "REGISTERED",
    "RETURN",
    "SALE",
    "CannotGenerateTest",
    "GeneratedTest",
    "RecordedEvent",
    "RecordedReversal",
    "generate_test",
]


class CannotGenerateTest(ValueError):
    """No test can be generated from an event; the message says why."""


@dataclass(frozen=True, slots=True)
class GeneratedTest:
    """The text of a test that passes, and the events processed in it."""

    text: str
    events: Sequence[ProcessedEvent]


def generate_test(recorded: RecordedEvent, program: Program, *, notes: Sequence[str] = ()) -> GeneratedTest:
    """Return a test of an event; raise CannotGenerateTest. `notes` are its first lines, as comments."""
    masker, body = _masked(recorded, program)
    beginning = "".join(f"# {note}\n" for note in notes) + _beginning(recorded, body, masker, program)
    engine, events = record_run(_scenario(f"{beginning}  - expect: {{points: 0}}\n", program), program)
    second_engine, _ = record_run(_scenario(f"{beginning}  - expect: {{points: 0}}\n", program), program)
    expected = expectations(engine, second_engine, events, program)
    text = beginning + "  - expect:\n" + "".join(f"      {key}: {flow(value)}\n" for key, value in expected)
    result = run(_scenario(text, program), program)
    if result.verdict != "passed":
        raise CannotGenerateTest(
            "; ".join(f"{each.key}: expected {each.expected}, was {each.actual}" for each in result.mismatches)
        )
    return GeneratedTest(text, events)


def _masked(recorded: RecordedEvent, program: Program) -> tuple[Masker, Any]:
    """Return a masker that knows the member, and the masked body of the event."""
    masker = Masker(program, recorded.type, now=recorded.time)
    member, profile = recorded.state.member, recorded.state.member.profile
    masker.add_identifier(member.email, "Email")
    masker.add_identifier(member.phone, "Phone")
    masker.add_identifier(member.card, "Card")
    masker.add_identifier(profile.get("firstName"), "Name")
    masker.add_identifier(profile.get("lastName"), "Name")
    masker.add_identifier((profile.get("birthDate") or "")[:10])
    return masker, _mask(masker, recorded.body)


def _mask(masker: Masker, body: Mapping[str, Any]) -> Any:
    try:
        return masker.mask_body(body)
    except CannotMask as error:
        raise CannotGenerateTest(f"event.body.{error} must be masked, and no replacement fits its schema") from None


def _scenario(text: str, program: Program) -> Scenario:
    (scenario,) = read_tests({"tests/new.yaml": text.encode()}, program)
    return scenario


def _beginning(recorded: RecordedEvent, body: Any, masker: Masker, program: Program) -> str:
    """Return the test without its expectations."""
    at, reversal = recorded.received_at.astimezone(program.zone), recorded.reversal
    tested = recorded if reversal is None else reversal
    named = tested.received_at.astimezone(program.zone)
    name = f"{tested.type} of {named.replace(tzinfo=None).isoformat(' ')}"  # to the microsecond: names are unique
    lines = [
        f"test: {flow(name)}",
        f"at: {flow(at.isoformat())}",
        "member:",
        *(f"  {key}: {value}" for key, value in fixture_lines(recorded, masker, program)),
        "steps:",
    ]
    steps = [_step(recorded, body, program)]
    if reversal is not None and reversal.type == RETURN:
        steps.append(_return(reversal, body["document_number"], masker, program))
    elif reversal is not None:
        steps.append(_reversing_event(reversal, masker, program))
    return "\n".join([*lines, *(f"  - {flow(each)}" for each in steps), ""])


def _step(recorded: RecordedEvent, body: Any, program: Program) -> dict[str, Any]:
    """Return the step that reports the event."""
    if recorded.type == SALE:
        return _sale(recorded.body, body)
    step: dict[str, Any] = {"event": recorded.type}
    if recorded.type != REGISTERED:
        step |= {"body": body} if body else {}
        happened_at = recorded.time.astimezone(program.zone).isoformat()
        step |= {"time": happened_at} if recorded.time != recorded.received_at else {}
    return step


def _sale(body: Mapping[str, Any], masked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the step of a sale with its masked texts and its own amounts, which add up to its total.

    Absent fields of the sale or of a line are omitted.
    """
    of_whole = {name: masked[name] for name in ("channel", "purchase_place", "labels") if masked.get(name)}
    return {"transaction": masked["document_number"], **of_whole, "items": _lines(body, masked)}


def _return(returned: RecordedReversal, sale: str, masker: Masker, program: Program) -> dict[str, Any]:
    """Return the step of a return; the masker of its sale masks what both have alike."""
    masked = _mask(masker, {name: value for name, value in returned.body.items() if name not in _OF_RETURNS})
    at = returned.received_at.astimezone(program.zone).isoformat()
    items = _lines(returned.body, masked)
    return {"return": masked["document_number"], "of": sale, "at": at, "items": items}


def _reversing_event(reversal: RecordedReversal, masker: Masker, program: Program) -> dict[str, Any]:
    """Return the step of an event that reverses another, whose masker masks what both have alike."""
    try:
        body = masker.mask_body(reversal.body, event_type=reversal.type)
    except CannotMask:
        body = None
    if body is None or not program.event_types[reversal.type].body.is_valid(body):
        raise CannotGenerateTest(
            f"what {reversal.type} shares with the event that it reverses must be masked, and no replacement fits both"
        )
    at, time = (each.astimezone(program.zone).isoformat() for each in (reversal.received_at, reversal.time))
    late = {"time": time} if reversal.time != reversal.received_at else {}
    return {"event": reversal.type, "at": at, **late, "body": body}


def _lines(body: Mapping[str, Any], masked: Mapping[str, Any]) -> list[dict[str, Any]]:
    lines = [
        hidden | {name: line[name] for name in ("gross_value", "quantity")}
        for line, hidden in zip(body["items"], masked["items"], strict=True)
    ]
    return [{name: value for name, value in each.items() if value not in (None, "", {})} for each in lines]
