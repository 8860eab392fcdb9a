"""Deliveries: each message with its attempts; resend one, or many."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.events.views import workflow_url
from api.webhooks.deliveries import list_deliveries, resend, show_delivery
from api.webhooks.resends import cancel, list_resends, resend_many, show_resend
from api.webhooks.routes import list_subscriptions
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.pages.tables import Column, Table
from console.webhooks.forms import RESEND
from console.webhooks.routes import WEBHOOKS
from loyalty.webhooks.messages import EVENT_NAMES

router = APIRouter()

DELIVERIES = Table(
    "deliveries",
    (
        Column("Made", "createdAt", "moment"),
        Column("Webhook", "eventName"),
        Column("Status", "status"),
        Column("Attempts", "attempts"),
        Column("Last answer", "lastAttempt.status"),
        Column("Last error", "lastAttempt.error", "personal"),
        Column("Next attempt", "nextAttemptAt", "moment"),
        Column("Finished", "finishedAt", "moment"),
        Column("URL", "url", "personal"),
        Column("Member", "customerId"),
        Column("Event", "customEventId"),
        Column("Id", "webhookDeliveryId"),
    ),
    by_key=True,
)
RESENDS = Table(
    "resends",
    (
        Column("Begun", "createdAt", "moment"),
        Column("Status", "status"),
        Column("Sent", "resent"),
        Column("Of", "total"),
        Column("Id", "webhookResendId"),
    ),
    id="webhookResendId",
)

STATUSES = {"pending": "Pending", "delivered": "Delivered", "failed": "Given up", "skipped": "Skipped"}


@router.get(f"{WEBHOOKS}/deliveries")
async def list_page(page: PageOfStore) -> Response:
    """Return the deliveries of a store, page by key."""
    if page.asks_csv:
        return await page.csv_of(list_deliveries, DELIVERIES)
    found = await page.list_of(list_deliveries, DELIVERIES)
    names = {each: each for each in EVENT_NAMES}
    return await page.render(
        "webhooks/deliveries.html", list=found, statuses=STATUSES, names=names, subscriptions=await _names(page)
    )


@router.get(f"{WEBHOOKS}/deliveries/{{delivery}}")
async def show_page(delivery: str, page: PageOfStore) -> Response:
    """Return a delivery with every attempt, and when the next one is made."""
    found = await page.call(show_delivery, delivery_id=delivery)
    return await page.render("webhooks/delivery.html", delivery=found, form_key=page.new_key())


@router.post(f"{WEBHOOKS}/deliveries/{{delivery}}/resend")
async def resend_one(delivery: str, page: PageOfStore) -> Response:
    """Resend a message, whatever its result."""
    try:
        made = await page.call(resend, body={"resend": {}}, delivery_id=delivery)
    except REFUSED as error:
        return await page.redirect_refused(page.url("webhooks", "deliveries", delivery), error)
    notice = "It is sent again."
    return page.redirect(page.url("webhooks", "deliveries", made["webhookDeliveryId"]), notice=notice)


@router.get(f"{WEBHOOKS}/resends")
async def list_jobs(page: PageOfStore) -> Response:
    """Return the resend jobs."""
    if page.asks_csv:
        return await page.csv_of(list_resends, RESENDS)
    return await page.render("webhooks/resends.html", list=await page.list_of(list_resends, RESENDS))


@router.get(f"{WEBHOOKS}/resends/new")
async def new_job(page: PageOfStore) -> Response:
    """Return the form of a resend job."""
    form = page.new_form(await _resend_form(page))
    return await page.render("webhooks/resend_form.html", form=form, count=None)


@router.post(f"{WEBHOOKS}/resends/new")
async def start_job(page: PageOfStore) -> Response:
    """Count the matching deliveries; resend them after confirmation."""
    form = (await _resend_form(page)).filled(page.sent)
    body = form.body() or {"resend": {}}
    try:
        if page.sent.has("_start"):
            job = await page.call(resend_many, body=body)
            return page.redirect(page.url("webhooks", "resends", job["webhookResendId"]))
        counting = replace(page, sent=replace(page.sent, fields=[]))  # counting is no change: it needs no key
        counted = await counting.call(resend_many, body={"resend": {**body["resend"], "countOnly": True}})
    except REFUSED as error:
        return await page.refuse("webhooks/resend_form.html", form, error, count=None)
    return await page.render("webhooks/resend_form.html", form=form, count=counted["total"])


@router.get(f"{WEBHOOKS}/resends/{{resend}}")
async def show_job(resend: str, page: PageOfStore) -> Response:
    """Return the progress of a job, updated live."""
    job = await page.call(show_resend, resend_id=resend)
    ui = page.state.services.temporal_ui
    workflow = None if ui is None else workflow_url(ui, job["workflowId"])
    return await page.render(
        "webhooks/resend.html", block="progress", job=job, workflow_url=workflow, form_key=page.new_key()
    )


@router.post(f"{WEBHOOKS}/resends/{{resend}}/cancel")
async def cancel_job(resend: str, page: PageOfStore) -> Response:
    """Cancel a job; what it resent stays sent."""
    try:
        await page.call(cancel, resend_id=resend)
    except REFUSED as error:
        return await page.redirect_refused(page.url("webhooks", "resends", resend), error)
    return page.redirect(page.url("webhooks", "resends", resend), notice="The job is cancelled.")


async def _resend_form(page: StorePage) -> Form:
    """Return the form with the subscriptions of the store to choose from."""
    names = await _names(page)
    wanted = ("resend.webhookSubscriptionId", "resend.targetSubscriptionId")
    return Form([replace(each, choices=names) if each.name in wanted else each for each in RESEND.fields])


async def _names(page: StorePage) -> dict[str, str]:
    """Return the newest subscriptions by id, each by its name, else by its webhook and address."""
    found: dict[str, Any] = await page.call(list_subscriptions, query={"_itemsOnPage": "50"})
    return {
        each["webhookSubscriptionId"]: each["name"] or f"{each['eventName']} to {each['url'][:60]}"
        for each in found["items"]
        if "unreadable" not in each
    }
