"""Tools for one subscription: a test, rotating its secret, recovery."""

from dataclasses import replace

from fastapi import APIRouter
from starlette.responses import Response

from api.webhooks.deliveries import send_example
from api.webhooks.resends import recover, resend_many
from api.webhooks.routes import show_subscription
from api.webhooks.secrets import rotate_of_store, rotate_of_subscription
from console.pages.page import REFUSED, PageOfStore
from console.webhooks.forms import RECOVER
from console.webhooks.routes import ONE, WEBHOOKS

router = APIRouter()


@router.post(f"{WEBHOOKS}/store-secret/rotate")
async def rotate_store_secret(page: PageOfStore) -> Response:
    """Rotate the store's secret, which signs what reactors send by `call_webhook`; both sign for a day."""
    try:
        made = await page.call(rotate_of_store, body={"rotation": {}})
    except REFUSED as error:
        return await page.redirect_refused(page.url("webhooks"), error)
    return await page.render("webhooks/secret.html", title="The store has another secret", made=made, url="")


@router.post(f"{ONE}/test")
async def send_test(subscription: str, page: PageOfStore) -> Response:
    """Send an example now, and show what the receiver says."""
    found = await page.call(show_subscription, subscription_id=subscription)
    result = await page.call(send_example, subscription_id=subscription)
    return await page.render("webhooks/test.html", subscription=found, result=result, form_key=page.new_key())


@router.post(f"{ONE}/rotate")
async def rotate(subscription: str, page: PageOfStore) -> Response:
    """Rotate the secret of a subscription, shown once; both sign for a day."""
    try:
        made = await page.call(rotate_of_subscription, body={"rotation": {}}, subscription_id=subscription)
    except REFUSED as error:
        return await page.redirect_refused(page.url("webhooks", subscription), error)
    return await page.render("webhooks/secret.html", title="There is another secret", made=made, url=subscription)


@router.get(f"{ONE}/recover")
async def recover_page(subscription: str, page: PageOfStore) -> Response:
    """Return the form that asks since when to recover."""
    found = await page.call(show_subscription, subscription_id=subscription)
    form = page.new_form(RECOVER)
    return await page.render("webhooks/recover.html", subscription=found, form=form, count=None)


@router.post(f"{ONE}/recover")
async def post_recover(subscription: str, page: PageOfStore) -> Response:
    """Count what failed or was skipped since then; resend it after confirmation."""
    found = await page.call(show_subscription, subscription_id=subscription)
    form = RECOVER.filled(page.sent)
    since = form["recover.since"].value
    try:
        if page.sent.has("_start"):
            job = await page.call(recover, body=form.body(), subscription_id=subscription)
            return page.redirect(page.url("webhooks", "resends", job["webhookResendId"]))
        asked = {"webhookSubscriptionId": subscription, "finishedFrom": since, "countOnly": True}
        counting = replace(page, sent=replace(page.sent, fields=[]))  # counting is no change: it needs no key
        counted = await counting.call(resend_many, body={"resend": asked})
    except REFUSED as error:
        return await page.refuse("webhooks/recover.html", form, error, subscription=found, count=None)
    return await page.render("webhooks/recover.html", subscription=found, form=form, count=counted["total"])
