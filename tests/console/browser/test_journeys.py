"""The journeys of marketing and of ops through the console, by mouse and by keyboard alone."""

import asyncio
import csv
import io
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest
from playwright.async_api import Locator, Page, expect
from sqlalchemy import update

from database import Transaction
from database.tables import delivery
from tests.kit.browser import PASSWORD, Console, page_is_good, settled, there_at_last
from tests.kit.console_story import report
from tests.kit.receiver import Answer, Receiver

Act = Callable[[Locator], Awaitable[None]]
"""What opens a link or presses a button."""


async def by_mouse(what: Locator) -> None:
    await what.click()


async def by_keyboard(what: Locator) -> None:
    await what.press("Enter")


WAYS = pytest.mark.parametrize("act", [by_mouse, by_keyboard])


@WAYS
async def test_marketing_sees_what_expires_next_week_and_who_is_told(console: Console, page: Page, act: Act) -> None:
    await add_points_that_expire(console)

    await page.goto(console.home)
    await act(page.get_by_role("link", name="Figures", exact=True))
    await open_row(page, act, page.locator("section", has_text="What expires in the coming weeks"), "expire, ")
    await expect(page.get_by_role("heading", name="Points that expire")).to_be_visible()
    await expect(page.get_by_role("link", name="anna@example.com").first).to_be_visible()
    await settled(page, "**/points/expiring**")
    await page_is_good(page, page.url)
    async with page.expect_download() as download:
        await act(page.get_by_role("link", name="All rows as CSV"))
    saved = Path(await (await download.value).path())
    rows = list(csv.DictReader(io.StringIO(await asyncio.to_thread(saved.read_text))))
    assert {each["E-mail"] for each in rows} == {"anna@example.com"}
    assert sum(int(each["Points"]) for each in rows) % 7 == 0

    await act(page.get_by_role("link", name="Webhooks", exact=True))
    await act(page.get_by_role("link", name="EXPIRING NOTIFICATIONS"))
    days = page.get_by_label("Days before expiring Units to notify the user")
    await settled(page, "**/expiring-notifications")
    await days.focus()
    await expect(days).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("30")
    await act(page.get_by_role("button", name="Who would be notified?"))
    await expect(page.locator("#notified-points")).to_contain_text("something that ends within these days")
    await act(page.get_by_role("button", name="Save Settings"))
    await expect(page.get_by_text("30 days, as set here")).to_be_visible()


@WAYS
async def test_ops_find_a_receiver_that_is_away_and_recover_what_it_missed(
    console: Console, page: Page, act: Act
) -> None:
    name = f"Away {act.__name__}"
    with Receiver() as receiver:
        receiver.answer("/hook", Answer(503, b"away"))
        await subscribe(console, f"{receiver.url}/hook", name)
        await report(console.laurel, [login_of(f"first.{act.__name__}@example.com")])
        await receiver.arrival(lambda requests: len(requests) >= 1)

        await page.goto(console.home)
        await act(page.get_by_role("link", name="Webhooks", exact=True))
        await act(page.get_by_role("link", name="Deliveries"))
        await act(page.get_by_role("link", name="Over time"))
        await page.get_by_label("Subscription").select_option(label=name)
        await act(page.get_by_role("button", name="Show"))
        await open_row(page, act, page.locator("section", has_text="Attempts").first, "refused, ")
        await settled(page, "**/webhooks/deliveries?**")
        await act(page.locator("tbody a").first)
        await expect(page.get_by_text("Next attempt")).to_be_visible()

        receiver.answer("/hook", Answer(410, b"gone"))
        await report(console.laurel, [login_of(f"second.{act.__name__}@example.com")])
        await act(page.get_by_role("link", name="Webhooks", exact=True))
        await act(page.get_by_role("link", name=name))
        await expect(page.get_by_role("heading", name=name)).to_be_visible()
        await there_at_last(page, page.get_by_role("alert").filter(has_text="Disabled"))
        receiver.answer("/hook", Answer(200, b"thank you"))
        await act(page.get_by_role("link", name="Edit"))
        await act(page.get_by_role("button", name="SAVE WEBHOOK"))
        await expect(page.get_by_text("The webhook is saved.")).to_be_visible()
        await act(page.get_by_role("button", name="Send a test"))
        await expect(page.get_by_text("thank you")).to_be_visible()
        await act(page.get_by_role("link", name="Webhooks", exact=True))
        await act(page.get_by_role("link", name=name))
        await act(page.get_by_role("link", name="Recover"))
        await let_two_hours_pass(console, f"{receiver.url}/hook")
        await page.get_by_label("Since").fill(by_the_clock_of_the_program(timedelta(hours=1)))
        await act(page.get_by_role("button", name="Count it"))
        await expect(page.get_by_text("0 deliveries fit.")).to_be_visible()
        await page.get_by_label("Since").fill(by_the_clock_of_the_program(timedelta(hours=3)))
        await act(page.get_by_role("button", name="Count it"))
        await act(page.get_by_role("button", name="again"))
        await expect(page.get_by_text("sent again,")).to_be_visible()
        workflow = page.get_by_role("link", name="Its workflow in the Temporal UI")
        await expect(workflow).to_have_attribute("href", re.compile("/workflows/"))


async def open_row(page: Page, act: Act, picture: Locator, name: str) -> None:
    """Open the numbers of a picture, and follow the first link whose name begins so, when it is counted."""
    link = picture.locator(f"a[aria-label^='{name}']")
    await there_at_last(page, link)
    await expect(picture.locator(".chart")).to_be_visible()  # then its numbers are closed
    await act(picture.locator("summary"))
    await act(link.first)


async def let_two_hours_pass(console: Console, url: str) -> None:
    """Make what was sent to an address two hours older."""
    past = datetime.now(UTC) - timedelta(hours=2)

    def write(tx: Transaction) -> None:
        aged = update(delivery).where(delivery.c.store == tx.store, delivery.c.url == url)
        tx.connection.execute(aged.values(created_at=past))
        tx.connection.execute(aged.where(delivery.c.finished_at.is_not(None)).values(finished_at=past))

    await console.laurel.database.store(console.laurel.store).write(write)


def by_the_clock_of_the_program(ago: timedelta) -> str:
    """A moment in the past, as a field for moments takes it."""
    return (datetime.now(ZoneInfo("Europe/Warsaw")) - ago).strftime("%Y-%m-%dT%H:%M:%S")


async def add_points_that_expire(console: Console) -> None:
    """Give Anna seven points that expire in a week."""
    added = {"transfer": {"customer": "email=anna@example.com", "points": 7, "expiresInDays": 7}}
    await post(console, "points/add", added)


async def subscribe(console: Console, url: str, name: str) -> None:
    await post(
        console,
        "webhook/subscription",
        {"webhookSubscription": {"eventName": "MemberAchievementProgressWasChanged", "url": url, "name": name}},
    )


async def post(console: Console, path: str, content: object) -> None:
    """Do what administrators do by the API."""
    laurel = console.laurel
    async with httpx2.AsyncClient(base_url=laurel.url, timeout=30) as http:
        login = await http.post("/api/admin/login_check", json={"username": "admin", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {login.json()['token']}"
        answer = await http.post(f"/api/{laurel.store}/{path}", json=content)
        assert answer.status_code == 200, answer.text


def login_of(email: str) -> dict[str, object]:
    return {"type": "app_login", "customerData": {"email": email}, "body": {"device": "ios"}}
