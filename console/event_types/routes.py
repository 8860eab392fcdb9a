"""Event types: those in force with their fields, and a new one from a sample or a form, put into the draft."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.routes import put_draft_file
from api.event_types.routes import list_schemas, show_schema
from api.event_types.writing import propose, write_file
from console.event_types.form import (
    SAMPLE,
    event_type_body,
    event_type_form,
    proposed_form,
    rows_of,
    sent_form,
)
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.route_rules import STORE
from workbench.event_types.fields import fields_of

router = APIRouter()

EVENT_TYPES = Table(
    "event-types",
    (Column("Name", "eventType"), Column("Title", "name"), Column("Schema", "schema")),
    id="eventType",
)

_TEMPLATE = "event_types/new.html"
NEW = "_new"
"""The last step of the path of a new event type, which is not a name of an event type."""


@router.get(f"{STORE}/event-types")
async def list_page(page: PageOfStore) -> Response:
    """Return the event types in force that can be reported."""
    if page.asks_csv:
        return await page.csv_of(list_schemas, EVENT_TYPES)
    found = await page.list_of(list_schemas, EVENT_TYPES)
    return await page.render("event_types/list.html", block="rows", list=found)


@router.get(f"{STORE}/event-types/{NEW}")
async def new_page(page: PageOfStore) -> Response:
    """Begin with a sample, or with an empty form."""
    return await _render(page, page.new_form(event_type_form()))


@router.post(f"{STORE}/event-types/{NEW}")
async def make_page(page: PageOfStore) -> Response:
    """Propose fields from a sample, show the file that the form makes, or put the shown file into the draft."""
    sample, form = SAMPLE.filled(page.sent), sent_form(page.sent)
    if page.sent.first("_do") == "propose":
        try:
            proposal = await page.call(propose, body=sample.body())
        except REFUSED as error:
            return await page.refuse(_TEMPLATE, sample, error, **_context(form, sample.refused(error)))
        return await _render(page, page.new_form(proposed_form(proposal)), sample, notes=proposal["notes"])
    try:
        file = await page.call(write_file, body=event_type_body(form))
        if page.sent.first("_do") == "keep":
            await page.call(put_draft_file, body={**file, "version": ""})
            notice = f"{file['path']} is in your draft."
            return page.redirect(f"{page.url('simulate')}?draft=true&type={form['eventType'].value}", notice=notice)
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, form, error, **_context(form.refused(error), sample))
    return await _render(page, form, sample, file=file)


@router.get(f"{STORE}/event-types/{{eventType}}")
async def show_page(eventType: str, page: PageOfStore) -> Response:  # noqa: N803 - as its path names it
    """Return one event type: the fields of its body, and its JSON Schema."""
    shown = await page.call(show_schema, name=eventType)
    return await page.render("event_types/event_type.html", one=shown, fields=fields_of(shown["jsonSchema"]))


async def _render(
    page: StorePage, form: Form, sample: Form = SAMPLE, *, notes: Any = (), file: Mapping[str, str] | None = None
) -> Response:
    return await page.render(_TEMPLATE, form=form, **_context(form, sample, notes, file))


def _context(form: Form, sample: Form, notes: Any = (), file: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"type_form": form, "rows": rows_of(form), "sample": sample, "notes": notes, "file": file}
