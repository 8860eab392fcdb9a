"""Simulate an event under the program in force, with the decision as a waterfall. Nothing is written."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from access import Permission
from api.drafts.routes import draft_of
from api.events.routes import show_event
from api.http.errors import NotFound
from api.programs.validation import validate_program
from api.simulations.routes import try_out
from console.pages.forms import Form
from console.pages.hiding import hidden_simulation, masked_body
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.waterfall import Waterfall, place_url
from console.route_rules import STORE
from console.simulations.form import UNDER, form_of_event, simulation_body, simulation_form
from loyalty.program.event_types import EventType
from loyalty.program.program import Program
from workbench.simulation.simulation_json import UNDEPLOYED

router = APIRouter()

SIMULATION = "simulations/simulation.html"


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """One event of a simulation with its waterfall; `depth`: the number of causing events above it."""

    event: Mapping[str, Any]
    waterfall: Waterfall
    depth: int


@router.get(f"{STORE}/simulate")
async def form_page(page: PageOfStore) -> Response:
    """Choose an event type, or begin from a real event or an example of a type."""
    query = page.request.query_params
    if event_id := query.get("event", ""):
        event = await page.call(show_event, custom_event_id=event_id)
        event_type = _event_type(page.store_request.program, event["type"])
        if not page.shows_personal_data:
            event = {**event, "body": masked_body(event, page.store_request.program, now=page.now)}
        form = form_of_event(await example_form(page, event_type), event)
        return await _render(page, event_type, form, begun_from=event)
    under_draft = bool(query.get("draft")) and page.allows(Permission.EDIT_PROGRAMS)
    program = await _program(page, under_draft=under_draft)
    if name := query.get("type", ""):
        event_type = _event_type(program, name)
        form = await example_form(page, event_type)
        return await _render(page, event_type, form.shown({UNDER.name: under_draft}))
    return await page.render("simulations/choice.html", types=_event_types(program), under_draft=under_draft)


@router.post(f"{STORE}/simulate")
async def simulate_page(page: PageOfStore) -> Response:
    """Return what the event would do, above the form."""
    event_type = await asked_event_type(page)
    form = (await example_form(page, event_type)).filled(page.sent)
    try:
        body = await asyncio.to_thread(simulation_body, form, event_type.name)
        done = await page.call(try_out, body=body)
        if not page.shows_personal_data:
            done = hidden_simulation(done, page.store_request.program, now=page.now)
    except REFUSED as error:
        return await page.refuse(SIMULATION, form, error, **simulation_context(page, event_type))
    return await _render(page, event_type, form, done=done)


async def _render(
    page: StorePage,
    event_type: EventType,
    form: Form,
    *,
    done: Mapping[str, Any] | None = None,
    begun_from: Mapping[str, Any] | None = None,
) -> Response:
    return await page.render(SIMULATION, form=form, **simulation_context(page, event_type, done, begun_from))


def simulation_context(
    page: StorePage,
    event_type: EventType,
    done: Mapping[str, Any] | None = None,
    begun_from: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what the page of a simulation shows beside its form."""
    events = meanwhile = under = None
    if done is not None:
        events, meanwhile = list(_flat(done["events"])), list(_flat(done["meanwhile"]))
        under = None if done["revision"] == UNDEPLOYED else done["revision"]
    return {
        "event_type": event_type,
        "done": done,
        "events": events,
        "meanwhile": meanwhile,
        "begun_from": begun_from,
        "place_url": partial(place_url, page, under),
    }


def _flat(events: Sequence[Mapping[str, Any]], depth: int = 0) -> Iterator[SimulatedEvent]:
    """Yield events, each before those that it caused."""
    for each in events:
        yield SimulatedEvent(each, Waterfall.of(each["decision"] or []), depth)
        yield from _flat(each["outcome"]["caused"], depth + 1)


async def example_form(page: StorePage, event_type: EventType) -> Form:
    """Return the form of an event type, filled with an example."""
    return await asyncio.to_thread(simulation_form, page, event_type)


async def asked_event_type(page: StorePage) -> EventType:
    """Return the event type of a sent form; raise NotFound, or ProgramFaults for a draft with faults."""
    under_draft = page.sent.has(UNDER.name) and page.allows(Permission.EDIT_PROGRAMS)
    return _event_type(await _program(page, under_draft=under_draft), page.sent.first("_type"))


async def _program(page: StorePage, *, under_draft: bool) -> Program:
    """Return the program in force, or that of the caller's draft; raise ProgramFaults for one with faults."""
    if not under_draft:
        return page.store_request.program
    program, _ = await validate_program((await draft_of(page.store_request)).texts, page.store)
    return program


def _event_types(program: Program) -> dict[str, str]:
    """Return the titles of the event types that can be reported, by name."""
    known = program.event_types
    return {name: each.title for name, each in sorted(known.items()) if not each.built_in}


def _event_type(program: Program, name: str) -> EventType:
    found = program.event_types.get(name)
    if found is None or found.built_in:
        raise NotFound(f"no event type {name[:80]} that can be reported in {program.store}")
    return found
