"""Simulate: an event under the program in force, answered as a waterfall. Nothing is written."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.events.routes import show_event
from api.http.errors import NotFound
from api.simulations.routes import try_out
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.waterfall import Waterfall
from console.route_rules import STORE
from console.simulations.form import form_of_event, simulation_body, simulation_form
from loyalty.program.event_types import EventType

router = APIRouter()

_TEMPLATE = "simulations/simulation.html"


@dataclass(frozen=True, slots=True)
class SimulatedEvent:
    """One event of a simulation with its waterfall; `depth`: how many events caused it, one by the other."""

    event: Mapping[str, Any]
    waterfall: Waterfall
    depth: int


@router.get(f"{STORE}/simulate")
async def form_page(page: PageOfStore) -> Response:
    """Choose an event type, or begin from a real event or an example of a type."""
    query = page.request.query_params
    if event_id := query.get("event", ""):
        event = await page.call(show_event, custom_event_id=event_id)
        event_type = _event_type(page, event["type"])
        form = form_of_event(await _example(page, event_type), event)
        return await _render(page, event_type, form, begun_from=event)
    if name := query.get("type", ""):
        event_type = _event_type(page, name)
        return await _render(page, event_type, await _example(page, event_type))
    return await page.render("simulations/choice.html", types=_event_types(page))


@router.post(f"{STORE}/simulate")
async def simulate_page(page: PageOfStore) -> Response:
    """What the event would do, above the form that asked it."""
    event_type = _event_type(page, page.sent.first("_type"))
    form = (await _example(page, event_type)).filled(page.sent)
    try:
        body = await asyncio.to_thread(simulation_body, form, event_type.name)
        done = await page.call(try_out, body=body)
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, form, error, **_context(event_type))
    return await _render(page, event_type, form, done=done)


async def _render(
    page: StorePage,
    event_type: EventType,
    form: Form,
    *,
    done: Mapping[str, Any] | None = None,
    begun_from: Mapping[str, Any] | None = None,
) -> Response:
    return await page.render(_TEMPLATE, form=form, **_context(event_type, done, begun_from))


def _context(
    event_type: EventType,
    done: Mapping[str, Any] | None = None,
    begun_from: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    events = meanwhile = None
    if done is not None:
        events, meanwhile = list(_flat(done["events"])), list(_flat(done["meanwhile"]))
    return {
        "event_type": event_type,
        "done": done,
        "events": events,
        "meanwhile": meanwhile,
        "begun_from": begun_from,
    }


def _flat(events: Sequence[Mapping[str, Any]], depth: int = 0) -> Iterator[SimulatedEvent]:
    """Events, each before those that it caused."""
    for each in events:
        yield SimulatedEvent(each, Waterfall.of(each["decision"] or []), depth)
        yield from _flat(each["outcome"]["caused"], depth + 1)


async def _example(page: StorePage, event_type: EventType) -> Form:
    return await asyncio.to_thread(simulation_form, page, event_type)


def _event_types(page: StorePage) -> dict[str, str]:
    """The titles of the event types that can be reported, by name."""
    known = page.store_request.program.event_types
    return {name: each.title for name, each in sorted(known.items()) if not each.built_in}


def _event_type(page: StorePage, name: str) -> EventType:
    found = page.store_request.program.event_types.get(name)
    if found is None or found.built_in:
        raise NotFound(f"no event type {name[:80]} that can be reported in {page.store}")
    return found
