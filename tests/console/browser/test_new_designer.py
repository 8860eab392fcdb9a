"""A new designer: from an empty store and a pasted sample event to a reactor, a test, and a deploy."""

import re

import httpx2
import pytest
from playwright.async_api import Page, expect

from tests.kit.browser import PASSWORD, Console, accessibility_faults
from tests.kit.hands import Hands, Keyboard, Mouse

SAMPLE = '{"type": "review", "body": {"stars": 5, "text": "Good coffee", "photos": ["1.jpg"]}}'
REACTOR = """\
reactor: five-stars
on: review
when: {"==": [{var: event.body.stars}, 5]}
then: [{award_points: {points: 10}}]
"""
FOUR_STARS = '{"stars": 4, "text": "Well", "photos": []}'
FIVE_STARS = '{"stars": 5, "text": "Good", "photos": []}'


@pytest.mark.parametrize("hands_of", [Mouse, Keyboard])
async def test_a_new_designer_begins_with_a_sample_and_ends_with_a_deploy(
    console: Console, page: Page, hands_of: type[Mouse | Keyboard]
) -> None:
    store = f"EMPTY-{hands_of.__name__.upper()}"
    await add_empty_store(console, store)
    hands = hands_of(page)
    await page.goto(f"{console.laurel.url}/console/stores/{store}/event-types")

    await make_event_type(page, hands)
    await write_reactor(page, hands)
    await simulate_until_it_fires(page, hands)
    await save_as_test(page, hands)
    await deploy(page, hands)

    await hands.press(page.locator("nav").get_by_role("link", name="Event types"))
    await expect(page.locator("tbody")).to_contain_text("review")
    assert await page.evaluate("window.violations") == []


async def add_empty_store(console: Console, store: str) -> None:
    """Deploy a program that has a name, and nothing else."""
    async with httpx2.AsyncClient(base_url=console.laurel.url, timeout=30) as http:
        login = await http.post("/api/admin/login_check", json={"username": "admin", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {login.json()['token']}"
        text = f"store: {store}\ntitle: A new shop\ntimezone: Europe/Warsaw\nwallets: {{points: {{default: true}}}}\n"
        answer = await http.post(f"/api/{store}/program", json={"files": {"program.yaml": text}})
        assert answer.status_code == 200, answer.text


async def make_event_type(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("link", name="New event type"))
    await hands.write(page.get_by_label("Sample event"), SAMPLE)
    await hands.press(page.get_by_role("button", name="Propose fields"))
    await expect(page.get_by_label("Field 1", exact=True)).to_have_value("stars")
    await hands.press(page.get_by_role("button", name="Show the file"))
    await expect(page.locator("pre")).to_contain_text("stars: {type: number}")
    assert not await accessibility_faults(page)
    await hands.press(page.get_by_role("button", name="Put it into my draft"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Simulate: Review")


async def write_reactor(page: Page, hands: Hands) -> None:
    await hands.press(page.locator("nav").get_by_role("link", name="Program"))
    await hands.press(page.get_by_role("link", name="Edit", exact=True))
    await hands.choose(page.get_by_label("Kind"), "Reactor")
    await hands.write(page.get_by_label("Name", exact=True), "five-stars")
    await hands.press(page.get_by_role("button", name="Add file"))
    await expect(page.locator(".cm-content")).to_contain_text("reactor: five-stars")
    await hands.write(page.locator(".cm-content"), REACTOR)
    await expect(page.locator("#saving")).to_have_text("Saved.")
    await expect(page.locator("#problems")).to_contain_text("Nothing is wrong in this file.")


async def simulate_until_it_fires(page: Page, hands: Hands) -> None:
    await hands.press(page.locator("nav").get_by_role("link", name="Simulate"))
    await hands.press(page.get_by_role("link", name="those of your draft"))
    await hands.press(page.get_by_role("button", name="Go on"))
    await simulate(page, hands, FOUR_STARS)
    await expect(page.locator(".waterfall-step")).to_contain_text("event.body.stars is 4, needed == 5")
    await simulate(page, hands, FIVE_STARS)
    await expect(page.locator(".waterfall-step .badge")).to_have_text("yes")
    assert not await accessibility_faults(page)


async def simulate(page: Page, hands: Hands, body: str) -> None:
    await hands.write(page.get_by_label("Body"), body)
    await hands.press(page.get_by_role("button", name="Simulate"))
    await expect(page.get_by_role("heading", name="What it would do")).to_be_visible()


async def save_as_test(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("button", name="Save as test"))
    await expect(page.get_by_label("Test", exact=True)).to_have_value(re.compile(r"fired: \{five-stars: 1\}"))
    await hands.press(page.get_by_role("button", name="Put it into my draft"))
    await hands.press(page.get_by_role("button", name="Run the tests"))
    await expect(page.locator("#result")).to_have_text("1 passed, 0 failed")
    await expect(page.locator("#coverage + p + h3")).to_contain_text("reactors/five-stars.yaml")
    await expect(page.locator(".untested-lines")).to_contain_text("event.body.stars == 5 was never false")


async def deploy(page: Page, hands: Hands) -> None:
    await hands.press(page.get_by_role("link", name="Your draft"))
    await hands.press(page.get_by_role("link", name="Plan"))
    await expect(page.locator("main")).to_contain_text("1 passed, 0 failed")
    await hands.write(page.get_by_label("Why"), "the first one")
    await hands.press(page.get_by_role("button", name="Deploy"))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Revision 2")


async def test_a_real_event_becomes_a_test_and_what_none_reaches_is_marked(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/search?q=receipt-4711")
    await page.get_by_role("link", name="Save as test").click()
    await expect(page.get_by_label("Test", exact=True)).to_have_value(re.compile("purchase"))
    assert "anna" not in await page.get_by_label("Test", exact=True).input_value()
    assert not await accessibility_faults(page)
    await page.get_by_role("button", name="Put it into my draft").click()
    await page.get_by_role("button", name="Run the tests").click()
    await expect(page.locator(".waterfall-step", has_text="purchase of ")).to_contain_text("passed")
    assert not await accessibility_faults(page)

    await page.goto(f"{console.home}/program/draft/file?path=reactors/double-on-web.yaml&line=4")
    await page.locator("#mark-untested[type=button]").press("Enter")
    await expect(page.locator("#untested")).to_contain_text("0 failed")
    await expect(page.locator(".untested-mark").first).to_be_visible()
    assert await page.evaluate("window.violations") == []
    await page.goto(f"{console.home}/program/draft")
    await page.get_by_text("Forget all my changes").click()
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(page.locator("main")).to_contain_text("Nothing is changed.")
