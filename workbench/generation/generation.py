"""Generates a test from a real event: the member as they were, the event, and what it did, without personal data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from loyalty.engine.in_memory import ProcessedEvent
from loyalty.program.program import Program
from program_files.text.plain_yaml import flow
from workbench.generation.expectations import expectations
from workbench.generation.fixture import RecordedEvent, fixture_lines
from workbench.masking import CannotMask, Masker
from workbench.scenarios.files import read_tests
from workbench.scenarios.model import Scenario
from workbench.scenarios.running import REGISTERED, record_run, run

__all__ = ["REGISTERED", "CannotGenerateTest", "GeneratedTest", "RecordedEvent", "generate_test"]


class CannotGenerateTest(ValueError):
    """No test can be made from an event; the message says why."""


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
    try:
        return masker, masker.mask_body(recorded.body)
    except CannotMask as error:
        raise CannotGenerateTest(f"event.body.{error} must be masked, and no replacement fits its schema") from None


def _scenario(text: str, program: Program) -> Scenario:
    (scenario,) = read_tests({"tests/new.yaml": text.encode()}, program)
    return scenario


def _beginning(recorded: RecordedEvent, body: Any, masker: Masker, program: Program) -> str:
    """Return all of the test but what it expects."""
    at = recorded.received_at.astimezone(program.zone)
    name = f"{recorded.type} of {at.replace(tzinfo=None).isoformat(' ')}"  # to the microsecond: names are unique
    lines = [
        f"test: {flow(name)}",
        f"at: {flow(at.isoformat())}",
        "member:",
        *(f"  {key}: {value}" for key, value in fixture_lines(recorded, masker, program)),
        "steps:",
    ]
    step: dict[str, Any] = {"event": recorded.type}
    if recorded.type != REGISTERED:
        step |= {"body": body} if body else {}
        happened_at = recorded.time.astimezone(program.zone).isoformat()
        step |= {"time": happened_at} if recorded.time != recorded.received_at else {}
    return "\n".join([*lines, f"  - {flow(step)}", ""])
