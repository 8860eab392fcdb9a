"""Support: from an order number to a correction, by mouse and by keyboard alone."""

from playwright.async_api import Page, expect

from tests.kit.browser import Console, page_is_good


async def test_support_corrects_and_undoes_by_mouse(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/search?q=receipt-4711")
    await page.goto(f"{console.home}/search?q=anna@example.com")
    await page_is_good(page, page.url)
    await page.get_by_role("link", name="Correct", exact=True).click()
    await page_is_good(page, page.url)
    await page.get_by_label("Points", exact=True).first.fill("120")
    await page.get_by_label("Reason").select_option("missing")
    await page.get_by_role("button", name="Preview").click()

    await expect(page.locator("main table").first).to_contain_text("Can be spent")
    await page.get_by_role("button", name="Make this correction").click()
    await page.wait_for_url("**/corrections/**")
    await expect(page.locator("#notices")).to_contain_text("The correction is made.")
    await page_is_good(page, page.url)

    await page.get_by_role("button", name="Undo").click()
    await expect(page.locator("#notices")).to_contain_text("The correction is undone.")


async def test_support_corrects_by_keyboard_alone(console: Console, page: Page) -> None:
    await page.goto(console.home)
    await page.keyboard.press("/")
    await page.keyboard.type("bert@example.com")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/members/**")
    await press_on(page, "Correct")
    await page.wait_for_url("**/correct")
    await tab_to(page, "f-correction-points-points")
    await page.keyboard.type("25")
    await tab_to(page, "f-correction-reason")
    await page.keyboard.press("ArrowDown")
    await press_on(page, "Preview")
    await page.get_by_text("What it would do").wait_for()
    await press_on(page, "Make this correction")

    await page.wait_for_url("**/corrections/**")
    await expect(page.locator("#notices")).to_contain_text("The correction is made.")


async def press_on(page: Page, text: str) -> None:
    """Go to a link or button by Tab, and press Enter."""
    await _tab_until(page, "(text) => document.activeElement.textContent.trim() === text", text)
    await page.keyboard.press("Enter")


async def tab_to(page: Page, element_id: str) -> None:
    """Go to a field by Tab."""
    await _tab_until(page, "(id) => document.activeElement.id === id", element_id)


async def _tab_until(page: Page, condition: str, argument: str) -> None:
    for _ in range(100):
        if await page.evaluate(condition, argument):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{argument} is not reached by keyboard")
