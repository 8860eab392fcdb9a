"""Subscriptions: list them as the admin panel does, create, change and end them."""

from fastapi import APIRouter
from starlette.responses import Response

from api.webhooks.deliveries import list_deliveries
from api.webhooks.routes import change_subscription, end_subscription, list_subscriptions, show_subscription, subscribe
from console.pages.page import REFUSED, PageOfStore
from console.pages.tables import Column, Table
from console.route_rules import STORE
from console.webhooks.forms import ROOT, present_form, sent_form, subscription_form

router = APIRouter()

SUBSCRIPTIONS = Table(
    "webhooks",
    (
        Column("Webhook name", "name"),
        Column("Active from", "activeFrom", "moment"),
        Column("Legacy", "legacy"),
        Column("URL", "url"),
        Column("Webhook", "eventName"),
        Column("Disabled", "disabledAt", "moment"),
        Column("Id", "webhookSubscriptionId"),
    ),
    id="webhookSubscriptionId",
)

WEBHOOKS = f"{STORE}/webhooks"
ONE = f"{WEBHOOKS}/{{subscription}}"
_LATEST = 10


@router.get(WEBHOOKS)
async def list_page(page: PageOfStore) -> Response:
    """Return the subscriptions of a store."""
    if page.asks_csv:
        return await page.csv_of(list_subscriptions, SUBSCRIPTIONS)
    return await page.render("webhooks/list.html", list=await page.list_of(list_subscriptions, SUBSCRIPTIONS))


@router.get(f"{WEBHOOKS}/new")
async def new_page(page: PageOfStore) -> Response:
    """Return the form of a new subscription."""
    form = page.new_form(subscription_form([], is_new=True))
    return await page.render("webhooks/form.html", form=form, subscription=None)


@router.post(f"{WEBHOOKS}/new")
async def add(page: PageOfStore) -> Response:
    """Create a subscription, and show its secret once; `_more` only adds a row for a header."""
    is_more = page.sent.has("_more")
    form = sent_form(page.sent, is_new=True, spare=2 if is_more else 1)
    if is_more:
        return await page.render("webhooks/form.html", form=form, subscription=None)
    try:
        made = await page.call(subscribe, body=form.body())
    except REFUSED as error:
        return await page.refuse("webhooks/form.html", form, error, subscription=None)
    title = "The webhook is added"
    return await page.render("webhooks/secret.html", title=title, made=made, url=made["webhookSubscriptionId"])


@router.get(ONE)
async def show_page(subscription: str, page: PageOfStore) -> Response:
    """Return a subscription with its latest deliveries."""
    found = await page.call(show_subscription, subscription_id=subscription)
    query = {"webhookSubscriptionId": found["webhookSubscriptionId"], "_itemsOnPage": str(_LATEST), "_scroll": ""}
    deliveries = await page.call(list_deliveries, query=query)
    return await page.render(
        "webhooks/subscription.html", subscription=found, deliveries=deliveries["items"], form_key=page.new_key()
    )


@router.get(f"{ONE}/edit")
async def edit_page(subscription: str, page: PageOfStore) -> Response:
    """Return the form of a subscription as it is."""
    found = await page.call(show_subscription, subscription_id=subscription)
    return await page.render("webhooks/form.html", form=page.new_form(present_form(found)), subscription=found)


@router.post(f"{ONE}/edit")
async def change(subscription: str, page: PageOfStore) -> Response:
    """Change a subscription; this enables a disabled one."""
    found = await page.call(show_subscription, subscription_id=subscription)
    is_more = page.sent.has("_more")
    form = sent_form(page.sent, is_new=False, spare=2 if is_more else 1)
    if is_more:
        return await page.render("webhooks/form.html", form=form, subscription=found)
    body = form.body()
    body[ROOT].setdefault("headers", [])
    try:
        await page.call(change_subscription, body=body, subscription_id=subscription)
    except REFUSED as error:
        return await page.refuse("webhooks/form.html", form, error, subscription=found)
    return page.redirect(page.url("webhooks", subscription), notice="The webhook is saved.")


@router.post(f"{ONE}/end")
async def end(subscription: str, page: PageOfStore) -> Response:
    """End a subscription, after confirmation."""
    if not page.sent.has("sure"):
        found = await page.call(show_subscription, subscription_id=subscription)
        return await page.render("webhooks/end.html", subscription=found)
    await page.call(end_subscription, subscription_id=subscription)
    return page.redirect(page.url("webhooks"), notice="The webhook is ended: nothing more is sent to it.")
