"""Decisions of a reactor: the events that fired it, and those that failed one part of its condition."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NotRequired

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response
from typing_extensions import TypedDict

from api.campaigns.lookup import CampaignInPath, reactor_in_path
from api.http.errors import BadInput
from api.http.paging import ListQuery
from api.http.responses import ExactJson, Id, Instant, Scroll, format_instant
from api.http.scrolling import read_place, scrolling_parameters, without_scroll, write_place
from api.state.dependencies import AdminRequest, StoreRequest
from database import ReadTransaction
from database.unreadable import unreadable_reason
from loyalty.decisions import presentation
from loyalty.decisions.decision import Verdict
from loyalty.events.decide import event_input, member_values
from loyalty.events.member_facts import read_facts
from loyalty.events.near_misses import ConditionParts, Nearness
from loyalty.program.program import Program
from loyalty.program.reactors import Reactor
from loyalty.store.events import Event, StoredEvent

MOST_EVENTS = 100
"""Events of every outcome that one page examines."""
MOST_REVISIONS = 5
"""Revisions whose conditions one page evaluates again; for events of others, the nearness is unknown."""

router = APIRouter(prefix="/api/{storeCode}", tags=["Campaign"])

LIST_QUERY = ListQuery({"outcome": "exact_text", "test": "boolean"})
OUTCOMES = ("fired", "nearly")


class CampaignDecision(TypedDict):
    """A reactor's decision on an event. `nearly`: only one part of its condition was false.

    `byMemberNow`: that part reads the member, who was evaluated as they are now.
    """

    customEventId: Id
    customerId: Id
    eventDate: Instant
    createdAt: Instant
    verdict: Verdict
    because: str
    place: str
    nearly: bool
    byMemberNow: NotRequired[bool]


class CampaignDecisions(TypedDict):
    """Decisions of a reactor, the newest first.

    A page examines a number of events (`looked`), and may show few of them.
    """

    items: list[CampaignDecision]
    looked: int
    scroll: Scroll


@dataclass(frozen=True, slots=True)
class _Answer:
    """A stored decision of a reactor in readable form, and the condition to evaluate again."""

    event: StoredEvent
    entry: Mapping[str, Any]
    parts: ConditionParts | None
    program: Program


@dataclass(frozen=True, slots=True)
class _Asked:
    """The requested outcome and members (None: any), and the position after which the page begins."""

    outcome: str | None
    test: bool | None
    place: tuple[datetime, str] | None


@router.get(
    "/campaign/{campaign}/decision",
    summary="List the decisions of a campaign",
    response_model=CampaignDecisions,
    openapi_extra=scrolling_parameters(LIST_QUERY),
)
async def list_decisions(request: Request, name: CampaignInPath, store_request: AdminRequest) -> Response:
    """List the events that fired a reactor of the program in force, and those that nearly did, the newest first.

    Nearly: only one part of its condition was false; `outcome` is `fired` or `nearly`. A page examines 100 events of
    its type; `scroll.next` leads to earlier ones, even if none of these is shown.
    """
    reactor = reactor_in_path(store_request.program, name)
    asked = _asked(request, store_request.program)
    events = await store_request.database.read(
        lambda tx: tx.events.before(reactor.on, asked.place, limit=MOST_EVENTS + 1)
    )
    looked, has_more = events[:MOST_EVENTS], len(events) > MOST_EVENTS
    readable = [each for each in looked if unreadable_reason(each) is None]
    answers = await _answers(store_request, reactor, await _of_members(store_request, readable, asked.test))
    items = await store_request.database.read(lambda tx: _views(tx, store_request, answers))
    last = looked[-1] if has_more else None
    following = None if last is None else write_place({"at": last.received_at.isoformat(), "id": last.id})
    shown = [each for each in items if asked.outcome in (None, "nearly" if each["nearly"] else "fired")]
    return ExactJson({"items": shown, "looked": len(looked), "scroll": {"next": following}})


async def _of_members(
    store_request: StoreRequest, events: Sequence[StoredEvent], test: bool | None
) -> Sequence[StoredEvent]:
    """Return the events of test members, or of all others; None: of both."""
    if test is None:
        return events
    members = {each.member for each in events}
    tests = await store_request.database.read(lambda tx: tx.members.test_members(members))
    return [each for each in events if (each.member in tests) == test]


def _asked(request: Request, program: Program) -> _Asked:
    """Return what a request asks for; raise BadInput."""
    query, scroll = without_scroll(request.query_params)
    _, filters = LIST_QUERY.parse(query, program.zone)
    wanted = {each.field: each.value for each in filters}
    outcome = str(wanted["outcome"]) if "outcome" in wanted else None
    test = bool(wanted["test"]) if "test" in wanted else None
    if outcome is not None and outcome not in OUTCOMES:
        raise BadInput.at("outcome", f"{outcome[:80]} is not an outcome: ask for fired, or for nearly", "invalid")
    return _Asked(outcome, test, read_place(scroll or "", _place))


def _place(fields: Mapping[str, Any]) -> tuple[datetime, str]:
    moment = datetime.fromisoformat(fields["at"])
    if moment.tzinfo is None or not isinstance(fields["id"], str):
        raise ValueError
    return moment, fields["id"]


async def _answers(store_request: StoreRequest, reactor: Reactor, events: Sequence[StoredEvent]) -> list[_Answer]:
    """Return the decisions of a reactor that fired, or whose condition was false."""
    programs = store_request.state.services.programs
    known = {store_request.revision: store_request.program}
    for each in events:
        if each.revision not in known and len(known) < MOST_REVISIONS:
            known[each.revision] = await programs.revision(store_request.store, each.revision)

    def read() -> list[_Answer]:
        parts = {number: _parts(program, reactor.name) for number, program in known.items()}
        return [answer for each in events for answer in _answer(each, reactor, parts, known, store_request.program)]

    return await asyncio.to_thread(read)


def _parts(program: Program, name: str) -> ConditionParts | None:
    found = next((each for each in program.reactors if each.name == name), None)
    return None if found is None or found.when is None else ConditionParts(found.when)


def _answer(
    event: StoredEvent,
    reactor: Reactor,
    parts: Mapping[int, ConditionParts | None],
    programs: Mapping[int, Program],
    otherwise: Program,
) -> list[_Answer]:
    program = programs.get(event.revision, otherwise)
    entries = presentation.decision(event.decision, program) or []
    return [
        _Answer(event, entry, parts.get(event.revision), program)
        for entry in entries
        if entry["source"] == reactor.source and entry["verdict"] in ("fired", "condition_false")
    ]


def _views(tx: ReadTransaction, store_request: StoreRequest, answers: Sequence[_Answer]) -> list[dict[str, Any]]:
    views = []
    for each in answers:
        near = _nearness(tx, each) if each.entry["verdict"] == "condition_false" else None
        if each.entry["verdict"] == "fired" or (near is not None and near.is_near):
            views.append(_view(each, near, store_request))
    return views


def _nearness(tx: ReadTransaction, answer: _Answer) -> Nearness | None:
    """Return how near an event came; None if that is unknown."""
    if answer.parts is None:
        return None
    event = answer.event
    as_rules_see = Event(event.id, event.type, event.member, event.time, event.body)
    stored = event_input(as_rules_see, now=event.received_at)
    if answer.parts.reads_member:
        try:
            stored["member"] = member_values(answer.program, read_facts(tx, answer.program, event.member))
        except LookupError:
            return None
    return answer.parts.nearness(stored)


def _view(answer: _Answer, near: Nearness | None, store_request: StoreRequest) -> dict[str, Any]:
    event, zone = answer.event, store_request.program.zone
    return {
        "customEventId": event.id,
        "customerId": event.member,
        "eventDate": format_instant(event.time, zone),
        "createdAt": format_instant(event.received_at, zone),
        "verdict": answer.entry["verdict"],
        "because": answer.entry["because"],
        "place": answer.entry["place"],
        "nearly": near is not None,
        **({"byMemberNow": True} if near is not None and near.reads_member else {}),
    }
