"""Save as test: a simulation or a real event as a designers' test, shown before it goes into the draft."""

import asyncio
from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.routes import put_draft_file
from api.simulations.tests_of_events import write_event, write_simulation
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE
from console.simulations.form import simulation_body
from console.simulations.routes import SIMULATION, asked_event_type, example_form, simulation_context

router = APIRouter()

_TEMPLATE = "simulations/test.html"
_FORM = Form(
    [
        Field("path", "File", required=True, hint="In the folder tests/ of your draft."),
        Field("text", "Test", "code", required=True, hint="Personal data is masked. What it expects may be changed."),
    ]
)


@router.get(f"{STORE}/simulate/test")
async def event_page(page: PageOfStore) -> Response:
    """Return the test of a real event."""
    event_id = page.request.query_params.get("event", "")
    try:
        written = await page.call(write_event, custom_event_id=event_id)
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, Form([]), error, differences=())
    return await _shown(page, written)


@router.post(f"{STORE}/simulate/test")
async def save_page(page: PageOfStore) -> Response:
    """Return the test of a simulation; or put the shown one into the draft."""
    if page.sent.has("path"):
        return await _keep(page)
    event_type = await asked_event_type(page)
    form = (await example_form(page, event_type)).filled(page.sent)
    try:
        body = await asyncio.to_thread(simulation_body, form, event_type.name)
        written = await page.call(write_simulation, body=body)
    except REFUSED as error:
        return await page.refuse(SIMULATION, form, error, **simulation_context(page, event_type))
    return await _shown(page, written)


async def _shown(page: StorePage, written: Mapping[str, Any]) -> Response:
    form = page.new_form(_FORM.shown({"path": written["path"], "text": written["text"]}))
    return await page.render(_TEMPLATE, form=form, differences=written["differences"])


async def _keep(page: StorePage) -> Response:
    form = _FORM.filled(page.sent)
    text = page.sent.first("text").strip() + "\n"
    try:
        await page.call(put_draft_file, body={"path": form["path"].value, "text": text, "version": ""})
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, form, error, differences=())
    notice = f"{form['path'].value} is in your draft: run the tests."
    return page.redirect(page.url("program", "draft", "tests"), notice=notice)
