"""Simulations in a real browser, by keyboard alone: begun from a real event, changed, and tried again."""

from playwright.async_api import Page, expect

from tests.kit.browser import Console, accessibility_faults, settled


async def test_a_real_event_is_tried_again_with_another_total(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/search?q=receipt-4711")

    await page.get_by_role("link", name="Simulate again").press("Enter")
    await settled(page, "**/simulate?event=*")
    assert not await accessibility_faults(page)
    await page.get_by_label("Body").focus()
    await expect(page.get_by_label("Body")).to_be_focused()
    await page.keyboard.press("Control+A")
    await page.keyboard.insert_text(
        '{"total": 25, "channel": "web", "items": [{"sku": "1", "category": "tea", "price": 1, "quantity": 0}]}'
    )
    await page.get_by_role("button", name="Simulate").press("Enter")

    body = page.get_by_label("Body")
    await expect(body).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_text("items.0.quantity: 0 is less than the minimum of 1")).to_be_visible()
    assert not await accessibility_faults(page)

    await page.get_by_label("Member of the store").fill("")
    await page.get_by_label("Or a fresh member").fill("tier: silver")
    await body.fill((await body.input_value()).replace('"quantity": 0', '"quantity": 1'))
    await page.get_by_role("button", name="Simulate").press("Enter")

    await expect(page.get_by_role("heading", name="What it would do")).to_be_visible()
    step = page.locator(".waterfall-step", has_text="double-on-web").first
    await expect(step.locator(".badge")).to_have_text("yes")
    assert not await accessibility_faults(page)
    assert await page.evaluate("window.violations") == []
