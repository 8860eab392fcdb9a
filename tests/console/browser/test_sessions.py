"""Sessions in a real browser: logging in and out, and one that ends in the middle of a form."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page, expect

from database import Access
from tests.kit.browser import PASSWORD, Console


@asynccontextmanager
async def sessions_ended(console: Console) -> AsyncIterator[None]:
    """End every session of the admin, as a new password does; then log in anew, for the tests that follow."""

    def end(access: Access) -> None:
        admin = access.admins.named("admin")
        assert admin is not None
        access.sessions.end_all_of(admin.id)

    await console.laurel.database.access_write(end)
    try:
        yield
    finally:
        await console.log_in()


async def test_somebody_logs_out_and_in_by_keyboard(console: Console) -> None:
    context = await console.context(logged_in=False)
    page = await context.new_page()
    await page.goto(f"{console.home}/events")

    await expect(page.get_by_label("Name or e-mail")).to_be_focused()
    await page.keyboard.type("admin")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Password")).to_be_focused()
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Events")).to_be_visible()

    await page.locator("details.menu-end summary").press("Enter")
    await page.get_by_role("button", name="Log out").press("Enter")
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    await page.goto(console.home)
    await expect(page.get_by_role("button", name="Log in")).to_be_visible()
    await context.close()


async def test_the_theme_stays_as_chosen(console: Console, page: Page) -> None:
    await page.goto(console.home)

    await page.locator("details.menu-end summary").click()
    await page.get_by_role("button", name="Dark").click()

    await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    await page.reload()
    await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
