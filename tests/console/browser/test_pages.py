"""Every page in a real browser: light and dark, on a phone, by keyboard, without violations; and without scripts."""

import pytest
from playwright.async_api import Page, expect

from tests.kit.browser import Console, page_is_good, settled
from tests.kit.console_story import HOSTILE, report

PAGES = (
    "",
    "/events",
    "/events?type=nothing&createdAt[gte]=nonsense",
    "/search?q=nobody",
    "/figures",
    "/figures?aggregationType=week&intervalStartDate=2026-04-01&intervalEndDate=nonsense",
    "/figures/summary",
    "/figures/achievements?achievement=seven-days",
    "/figures/deliveries",
    "/members",
    "/members/new",
    "/merges",
    "/merges/new",
    "/corrections",
    "/points",
    "/points/expiring",
    "/transactions",
    "/rewards",
    "/redemptions",
    "/settings",
    "/rewards/free-coffee",
    "/program",
    "/program/1",
    "/program/1/file?path=reactors/double-on-web.yaml&line=8",
    "/reactors/double-on-web",
    "/event-types",
    "/event-types/purchase",
    "/event-types/_new",
    "/program/draft",
    "/program/draft/file?path=reactors/double-on-web.yaml",
    "/program/draft/rebase",
    "/program/draft/tests",
    "/program/draft/plan",
    "/program/draft/backtest",
    "/simulate",
    "/simulate?type=purchase",
    "/imports",
    "/imports/new/member",
    "/exports",
    "/webhooks",
    "/webhooks/new",
    "/webhooks/deliveries",
    "/webhooks/resends",
    "/webhooks/resends/new",
    "/webhooks/expiring-notifications",
    "/console/new-store",
    "/console/administrators",
    "/console/administrators/new",
    "/console/roles",
    "/console/roles/1",
    "/console/password",
    "/console/audit-log",
)
"""Paths of the store's pages, and those of the installation."""


def url_of(console: Console, path: str) -> str:
    return console.laurel.url + path if path.startswith("/console") else console.home + path


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_good(console: Console, page: Page, path: str) -> None:
    await page_is_good(page, url_of(console, path))


WITH_FORMS = (
    "",
    "/events",
    "/program/draft",
    "/members/new",
    "/rewards/free-coffee",
    "/imports/new/member",
    "/console/roles/1",
)
"""Of each kind of form one page; what forms do without scripts is tested by HTTP, for every page."""


@pytest.mark.parametrize("path", WITH_FORMS)
async def test_a_page_needs_no_scripts(console: Console, plain_page: Page, path: str) -> None:
    answer = await plain_page.goto(url_of(console, path))

    assert answer is not None
    assert answer.status == 200
    await expect(plain_page.locator("h1")).to_be_visible()


async def test_the_form_to_log_in_is_good(console: Console) -> None:
    context = await console.context(logged_in=False)

    await page_is_good(await context.new_page(), f"{console.laurel.url}/console/log-in")

    await context.close()


async def test_a_search_opens_the_only_hit_and_shows_why(console: Console, page: Page) -> None:
    await page.goto(console.home)

    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("receipt-4711")
    await page.keyboard.press("Enter")

    await settled(page, "**/events/**")
    step = page.locator(".waterfall-step", has_text="double-on-web")
    await expect(step).to_contain_text("event.body.total is 12, needed >= 20")
    await expect(step.locator(".badge")).to_contain_text("no")
    await page_is_good(page, page.url)


async def test_a_hostile_text_is_harmless(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/search?q=receipt-4712")

    await expect(page.locator("pre")).to_contain_text(HOSTILE[:25])
    await page_is_good(page, page.url)


async def test_the_list_follows_what_comes_in(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/events")
    latest = page.locator("tbody tr").first.get_by_role("link").first
    before = await latest.get_attribute("href")
    assert before

    await report_one_more(console)

    await expect(latest).not_to_have_attribute("href", before)


async def report_one_more(console: Console) -> None:
    """Report another log-in of Anna."""
    event = {"type": "app_login", "customerData": {"email": "anna@example.com"}, "body": {"device": "ios"}}
    await report(console.laurel, [event])
