"""The hands of who uses a browser: with a mouse, or with nothing but a keyboard."""

from typing import Protocol

from playwright.async_api import Locator, Page, expect

from tests.kit.browser import settled

MOST_STEPS = 150
"""Presses of Tab in which everything of a page must be reached."""


class Hands(Protocol):
    """What hands do with a page."""

    async def press(self, target: Locator) -> None:
        """Press a button, or follow a link."""

    async def write(self, target: Locator, text: str) -> None:
        """Write a text in place of the one in a field."""

    async def choose(self, target: Locator, label: str) -> None:
        """Choose an option by its label."""

    async def tick(self, target: Locator) -> None:
        """Tick a box that is not ticked."""


class Mouse:
    """Hands that point."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def press(self, target: Locator) -> None:
        await target.click()

    async def write(self, target: Locator, text: str) -> None:
        await target.click()
        await expect(target).to_be_focused()
        await self._page.keyboard.press("Control+A")
        await self._page.keyboard.insert_text(text)

    async def choose(self, target: Locator, label: str) -> None:
        await target.select_option(label=label)

    async def tick(self, target: Locator) -> None:
        await target.check()


class Keyboard:
    """Hands that only type: they go from one thing to the next by Tab."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def press(self, target: Locator) -> None:
        await self._reach(target)
        await self._page.keyboard.press("Enter")

    async def write(self, target: Locator, text: str) -> None:
        await self._reach(target)
        await self._page.keyboard.press("Control+A")
        await self._page.keyboard.insert_text(text)

    async def choose(self, target: Locator, label: str) -> None:
        await self._reach(target)
        await choose_by_arrows(self._page, target, label)

    async def tick(self, target: Locator) -> None:
        await self._reach(target)
        await self._page.keyboard.press("Space")
        await expect(target).to_be_checked()

    async def _reach(self, target: Locator) -> None:
        await expect(target).to_be_visible()
        await settled(self._page)
        for _ in range(MOST_STEPS):
            if await target.evaluate("(each) => each === document.activeElement"):
                return
            await self._page.keyboard.press("Tab")
        raise AssertionError(f"{target} is not reached by {MOST_STEPS} presses of Tab")


async def choose_by_arrows(page: Page, target: Locator, label: str) -> None:
    """Go through the options of a focused choice until it shows the one with a label."""
    await expect(target).to_be_focused()
    await page.keyboard.press("Home")
    for _ in range(MOST_STEPS):
        if await target.evaluate("(each) => each.selectedOptions[0]?.label") == label:
            return
        await page.keyboard.press("ArrowDown")
    raise AssertionError(f"{target} has no option {label}")
