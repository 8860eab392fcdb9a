"""Support: from an order number to a correction, a reward and a merge, by mouse and by keyboard alone."""

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.kit.browser import Console, page_is_good, settled
from tests.kit.console_story import report


async def test_the_whole_journey_by_mouse(console: Console, page: Page) -> None:
    """From the number of an order to why it gave what it did, a correction, its undoing, a reward, and a merge."""
    await report(console.laurel, [_login("carl@example.com")])
    await page.goto(console.home)
    await page.get_by_role("searchbox").fill("receipt-4711")
    await page.get_by_role("searchbox").press("Enter")
    await settled(page, "**/events/**")
    await expect(page.get_by_label("A sentence for the customer")).to_have_value(re.compile("of 2026-05-01"))
    await page.get_by_role("button", name="Copy for the customer").click()
    await expect(page.locator("#notices")).to_contain_text("The sentence is copied.")

    await page.get_by_role("link", name="Correct the member").click()
    await expect(page.get_by_label("Event that is put right")).not_to_have_value("")
    await page.get_by_label("Points", exact=True).first.fill("120")
    await page.get_by_label("Reason").select_option("missing")
    await page.get_by_role("button", name="Preview").click()
    await expect(page.locator("main table").first).to_contain_text("Can be spent")
    await page.get_by_role("button", name="Make this correction").click()
    await expect(page.locator("#notices")).to_contain_text("The correction is made.")
    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#notices")).to_contain_text("The correction is undone.")

    await page.get_by_role("link", name="The member").click()
    await page.get_by_role("link", name="Give a reward").click()
    await settled(page, "**/give")
    await page_is_good(page, page.url)
    await page.get_by_label("Reward", exact=True).select_option("free-coffee")
    await page.get_by_role("button", name="Issue the reward").click()
    await expect(page.locator("#notices")).to_contain_text("The reward is issued.")
    await page_is_good(page, page.url)

    await page.get_by_role("link", name="The member").click()
    await page.get_by_role("link", name="Merge another into them").click()
    await page.get_by_label("Member who is merged into them").fill("carl@example.com")
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_text("What who stays will have").wait_for()
    await page.get_by_label("Reason").fill("one person")
    await page.get_by_role("button", name="Merge for good").click()
    await expect(page.get_by_role("heading", name="What it did")).to_be_visible()
    await page_is_good(page, page.url)
    await page.get_by_role("link", name="The member").click()
    await page.get_by_role("link", name="History").click()
    await settled(page, "**/history")
    await expect(page.locator("main table")).to_contain_text("members merged")
    await page_is_good(page, page.url)


async def test_the_whole_journey_by_keyboard_alone(console: Console, page: Page) -> None:
    await report(console.laurel, [_login("cora@example.com")])
    await page.goto(console.home)
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox")).to_be_focused()
    await page.keyboard.type("receipt-4712")
    await page.keyboard.press("Enter")
    await settled(page, "**/events/**")
    await press_on(page, "Copy for the customer")
    await expect(page.locator("#notices")).to_contain_text("The sentence is copied.")
    await press_on(page, "Correct the member")
    await settled(page, "**/correct?**")
    await tab_to(page, "f-correction-points-points")
    await page.keyboard.type("25")
    await tab_to(page, "f-correction-reason")
    await page.keyboard.press("ArrowDown")
    await press_on(page, "Preview")
    await page.get_by_text("What it would do").wait_for()
    await press_on(page, "Make this correction")
    await expect(page.locator("#notices")).to_contain_text("The correction is made.")
    await press_on(page, "Undo")
    await expect(page.locator("#notices")).to_contain_text("The correction is undone.")

    await press_on(page, "The member")
    await settled(page, "**/members/**")
    await press_on(page, "Give a reward")
    await settled(page, "**/give")
    await tab_to(page, "f-_reward")
    await page.keyboard.press("ArrowDown")
    await press_on(page, "Issue the reward")
    await expect(page.locator("#notices")).to_contain_text("The reward is issued.")

    await press_on(page, "The member")
    await settled(page, "**/members/**")
    await press_on(page, "Merge another into them")
    await settled(page, "**/merges/new**")
    await tab_to(page, "f-mergedCustomer")
    await page.keyboard.type("cora@example.com")
    await press_on(page, "Preview")
    await page.get_by_text("What who stays will have").wait_for()
    await tab_to(page, "f-comment")
    await page.keyboard.type("one person")
    await press_on(page, "Merge for good")
    await expect(page.get_by_role("heading", name="What it did")).to_be_visible()


def _login(email: str) -> dict[str, Any]:
    return {"type": "app_login", "customerData": {"email": email}, "body": {"device": "ios"}}


async def press_on(page: Page, text: str) -> None:
    """Go to a link or button by Tab, and press Enter."""
    is_there = "(text) => [...document.querySelectorAll('a, button')].some((each) => each.textContent.trim() === text)"
    await page.wait_for_function(is_there, arg=text)
    await _tab_until(page, "(text) => document.activeElement.textContent.trim() === text", text)
    await page.keyboard.press("Enter")


async def tab_to(page: Page, element_id: str) -> None:
    """Go to a field by Tab."""
    await page.wait_for_function("(id) => document.getElementById(id)", arg=element_id)
    await _tab_until(page, "(id) => document.activeElement.id === id", element_id)


async def _tab_until(page: Page, condition: str, argument: str) -> None:
    await settled(page)
    for _ in range(100):
        if await page.evaluate(condition, argument):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{argument} is not reached by keyboard")
