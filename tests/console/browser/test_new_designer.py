"""A new designer, by mouse and by keyboard alone: from a pasted sample event to a reactor, a test, and a deploy."""

from playwright.async_api import Page, expect

from tests.kit.browser import Console, accessibility_faults

SAMPLE = '{"type": "review", "body": {"stars": 5, "text": "Good coffee", "photos": ["1.jpg"]}}'


async def test_a_real_event_becomes_a_test_and_what_none_reaches_is_marked(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/search?q=receipt-4711")
    await page.get_by_role("link", name="Save as test").click()
    assert "anna" not in await page.get_by_label("Test", exact=True).input_value()
    assert not await accessibility_faults(page)
    await page.get_by_role("button", name="Put it into my draft").click()
    await page.get_by_role("button", name="Run the tests").click()
    await expect(page.locator(".waterfall-step", has_text="purchase of ")).to_contain_text("passed")
    assert not await accessibility_faults(page)

    await page.goto(f"{console.home}/program/draft/file?path=reactors/double-on-web.yaml&line=4")
    await page.locator("#mark-untested").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#untested")).to_contain_text("0 failed")
    assert await page.evaluate("window.violations") == []
