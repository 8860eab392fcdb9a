"""Every page in a real browser: light and dark, on a phone, by keyboard, without violations; and without scripts."""

from collections.abc import Mapping

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from starlette.routing import Match, Route

from console.app import ROUTERS
from console.route_rules import RULES, STORE
from tests.kit.browser import Console, page_is_good, settled
from tests.kit.console_story import HOSTILE, report
from tests.kit.console_things import add_things

PAGES = (
    "",
    "/events",
    "/events?type=nothing&createdAt[gte]=nonsense",
    "/events/{customEvent}",
    "/search?q=nobody",
    "/figures",
    "/figures?aggregationType=week&intervalStartDate=2026-04-01&intervalEndDate=nonsense",
    "/figures/summary",
    "/figures/achievements?achievement=seven-days",
    "/figures/deliveries",
    "/members",
    "/members/new",
    "/members/{member}",
    "/members/{member}/change",
    "/members/{member}/freeze",
    "/members/{member}/unfreeze",
    "/members/{member}/anonymize",
    "/members/{member}/correct",
    "/members/{member}/give",
    "/members/{member}/history",
    "/merges",
    "/merges/new",
    "/merges/{merge}",
    "/corrections",
    "/corrections/{correction}",
    "/points",
    "/points/expiring",
    "/points/{transfer}",
    "/transactions",
    "/transactions/{transaction}",
    "/transactions/{transaction}/return",
    "/rewards",
    "/redemptions",
    "/redemptions/{issued}",
    "/settings",
    "/rewards/free-coffee",
    "/program",
    "/program/1",
    "/program/1/file?path=reactors/double-on-web.yaml&line=8",
    "/program/1/roll-back",
    "/program/1/roll-back/backtest",
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
    "/simulate/test?event={customEvent}",
    "/imports",
    "/imports/new/member",
    "/imports/{import}",
    "/exports",
    "/webhooks",
    "/webhooks/new",
    "/webhooks/{subscription}",
    "/webhooks/{subscription}/edit",
    "/webhooks/{subscription}/recover",
    "/webhooks/deliveries",
    "/webhooks/deliveries/{delivery}",
    "/webhooks/resends",
    "/webhooks/resends/new",
    "/webhooks/resends/{resend}",
    "/webhooks/expiring-notifications",
    "/console/new-store",
    "/console/administrators",
    "/console/administrators/new",
    "/console/administrators/{admin}",
    "/console/roles",
    "/console/roles/new",
    "/console/roles/1",
    "/console/password",
    "/console/audit-log",
)
"""Paths of the store's pages, and those of the installation; names in braces are those of `things`."""

NO_PAGES = {
    "/console": "leads to the store that was looked at last",
    "/console/log-in": "has a test of its own, without a log-in",
    "/console/session": "answers scripts, without a body",
    "/console/static/{hash}/{name:path}": "a script or a style",
    f"{STORE}/exports/{{export}}/download": "a file",
    f"{STORE}/imports/{{import}}/report": "a file",
    f"{STORE}/members/{{member}}/export": "a file",
    f"{STORE}/program/draft/file/blocks": "a part of the page of its file",
}
"""Routes that answer GET and are no pages of their own, each with the reason."""


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def things(console: Console) -> Mapping[str, str]:
    """Ids of what pages are about, by the names that routes give them."""
    return await add_things(console.laurel)


def url_of(console: Console, path: str, things: Mapping[str, str]) -> str:
    named = path
    for name, value in things.items():
        named = named.replace(f"{{{name}}}", value)
    return console.laurel.url + named if path.startswith("/console") else console.home + named


def route_of(path: str) -> str:
    """The route that answers a page."""
    url = path.partition("?")[0] if path.startswith("/console") else "/console/stores/DEFAULT" + path.partition("?")[0]
    scope = {"type": "http", "method": "GET", "path": url, "root_path": "", "headers": []}
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, Route)]
    return next(route.path for route in routes if route.matches(scope)[0] == Match.FULL)


def test_every_page_is_here() -> None:
    opened = {route_of(path) for path in PAGES}

    assert {path for method, path in RULES if method == "GET"} - opened - set(NO_PAGES) == set()
    assert opened & set(NO_PAGES) == set()


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_good(console: Console, things: Mapping[str, str], page: Page, path: str) -> None:
    await page_is_good(page, url_of(console, path, things))


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_needs_no_scripts(
    console: Console, things: Mapping[str, str], plain_page: Page, path: str
) -> None:
    """What forms do without scripts is tested by HTTP, for every page."""
    answer = await plain_page.goto(url_of(console, path, things))

    assert answer is not None
    assert answer.status == 200
    await expect(plain_page.locator("h1")).to_be_visible()
    for form in await plain_page.locator("main form:visible").all():
        assert await form.get_by_role("button").count(), "a form has a button"


async def test_a_member_is_frozen_and_unfrozen_without_scripts(
    console: Console, things: Mapping[str, str], plain_page: Page
) -> None:
    await plain_page.goto(url_of(console, "/members/{member}", things))

    await plain_page.get_by_role("link", name="Freeze").click()
    await plain_page.get_by_label("Reason").fill("Points are sold.")
    await plain_page.get_by_role("button", name="Freeze").click()
    await expect(plain_page.locator("main")).to_contain_text("Points are sold.")
    await plain_page.get_by_role("link", name="Unfreeze").click()
    await plain_page.get_by_role("button", name="Unfreeze").click()

    await expect(plain_page.get_by_role("link", name="Freeze", exact=True)).to_be_visible()


async def test_filters_leave_a_narrow_screen_to_the_rows(console: Console, page: Page) -> None:
    filters, email = page.locator("details.filters"), page.get_by_role("textbox", name="E-mail")
    await page.goto(f"{console.home}/events")
    await expect(email).to_be_visible()
    await expect(filters.locator("summary")).to_be_hidden()

    await page.set_viewport_size({"width": 375, "height": 800})
    await page.goto(f"{console.home}/events")
    await expect(email).to_be_hidden()
    await filters.locator("summary").press("Enter")
    await expect(email).to_be_visible()
    await page.goto(f"{console.home}/events?customerData:email=anna@example.com")

    await expect(email).to_be_visible()


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


_AXES = """() => [...document.querySelectorAll(".chart")].map(({ plot, dataset }) => {
  const { places } = JSON.parse(dataset.chart), pen = document.createElement("canvas").getContext("2d");
  pen.font = "12px system-ui, sans-serif";
  const [step] = plot.axes[0]._found, room = plot.valToPos(step, "x") - plot.valToPos(0, "x");
  return [room, Math.max(...places.map((each) => pen.measureText(each).width))];
})"""
"""The room of a label below each picture, and the width of its widest label, in pixels."""


@pytest.mark.parametrize("width", [375, 1280])
async def test_the_labels_of_pictures_do_not_overlap(
    console: Console, things: Mapping[str, str], page: Page, width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 800})
    for path in ("/figures", "/figures/deliveries", "/figures/achievements?achievement=seven-days"):
        await page.goto(url_of(console, path, things))
        await expect(page.locator(".chart .u-over").first).to_be_visible()

        for room, label in await page.evaluate(_AXES):
            assert room > label, path
        await expect(page.locator(".u-legend").first).not_to_contain_text("Value")


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
