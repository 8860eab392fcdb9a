"""Chromium for tests of the console, and what every page must hold in it."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from commands.shared import embedded
from commands.shared.settings import Settings
from commands.shared.temporal_server import free_port

PASSWORD = "correct horse battery staple"

PATIENCE = 60_000
"""Milliseconds for which a page is waited for: far more than a slow machine needs."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

PHONE = {"width": 375, "height": 800}
DESK = {"width": 1280, "height": 900}

_AXE = Path(__file__).parent.parent / "console" / "vendor" / "axe.js"

_RECORD_VIOLATIONS = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
});
"""

_FOCUS = """
() => {
  const focused = document.activeElement, style = getComputedStyle(focused);
  const shown = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  return [focused === document.body || shown, focused.outerHTML.slice(0, 120)];
}
"""


_NARROW = """
() => [...document.querySelectorAll("main :is(select, textarea, input)")]
  .filter((each) => !["checkbox", "radio", "hidden"].includes(each.type))
  .filter((each) => each.offsetParent && each.getBoundingClientRect().width < 64).map((each) => each.name)
"""
"""The fields in which nothing can be read that is typed."""


def chromium() -> str:
    """The browser of this machine; without one the test is skipped, or fails where there must be one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    installed = next((path for name in names if (path := shutil.which(name))), None)
    found = os.environ.get("LAUREL_TEST_BROWSER", installed)
    if found is None:
        message = "there is no Chromium: install it to test the console in a browser (apt-get install chromium)"
        if os.environ.get("LAUREL_NEEDS_BROWSER"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """One browser for many tests."""
    executable = chromium()
    expect.set_options(timeout=PATIENCE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS), timeout=PATIENCE)
        yield browser
        await browser.close()


@asynccontextmanager
async def running_laurel(folder: Path, files: Mapping[str, bytes]) -> AsyncIterator[embedded.Laurel]:
    """All of Laurel in this process, on free ports."""
    loopback = (ip_network("127.0.0.0/8"),)
    settings = replace(Settings.read(), database_url=None, admin_password=PASSWORD, webhook_allow=loopback)
    ports = embedded.Ports(free_port(), free_port(), free_port())
    program = embedded.ProgramToDeploy(files=files, example=files)
    async with embedded.running(program, folder=folder, ports=ports, settings=settings) as laurel:
        yield laurel


@dataclass
class Console:
    """The console of a running Laurel, in a browser."""

    browser: Browser
    laurel: embedded.Laurel
    state: dict[str, Any] = field(default_factory=dict)
    """The cookies of a log-in."""

    @property
    def home(self) -> str:
        """The overview of the store."""
        return f"{self.laurel.url}/console/stores/{self.laurel.store}"

    async def context(self, *, scripts: bool = True, logged_in: bool = True) -> BrowserContext:
        """A new window of the browser, logged in as the admin."""
        made = await self.browser.new_context(
            viewport=DESK,  # type: ignore[arg-type]
            reduced_motion="reduce",  # so that colours are measured at rest, and not while a theme fades into the other
            base_url=self.laurel.url,
            java_script_enabled=scripts,
            storage_state=self.state if logged_in and self.state else None,  # type: ignore[arg-type]
        )
        made.set_default_timeout(PATIENCE)
        if scripts:
            await made.add_init_script(_RECORD_VIOLATIONS)
        return made

    async def log_in(self) -> None:
        """Log in once, for all windows."""
        context = await self.context(logged_in=False)
        page = await context.new_page()
        await page.goto(self.home)
        await page.get_by_label("Name or e-mail").fill("admin")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log in").click()
        await expect(page.locator(".account-name")).to_have_text("admin")
        self.state = dict(await context.storage_state())
        await context.close()


def watch(page: Page) -> list[str]:
    """The errors that a page's console shows from now on."""
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    return errors


async def page_is_good(page: Page, url: str) -> None:
    """Open a page and hold it to what every page must: axe, CSP, light and dark, a phone, keyboard, no errors."""
    errors = watch(page)
    answer = await page.goto(url)
    assert answer is not None
    assert answer.status == 200, f"{url} answers {answer.status}"
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await expect(page.locator("html")).to_have_attribute("data-bs-theme", scheme)
        faults = await accessibility_faults(page)
        assert not faults, f"{url} in the {scheme} theme:\n" + "\n".join(faults)
    await expect(page.get_by_role("dialog")).to_have_count(0)  # it is asked for the password when the session has ended
    await _is_shown_on_a_phone(page)
    await _shows_its_focus(page)
    assert await page.evaluate("window.violations") == [], url
    assert errors == [], url


async def settled(page: Page, url: str = "") -> None:
    """Wait until a page (of a pattern of addresses) is loaded, with its scripts, which may move the focus."""
    if url:
        await page.wait_for_url(url)
    await page.wait_for_load_state()


async def there_at_last(page: Page, target: Locator) -> None:
    """Open a page again until it has what comes of work in the background."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not await target.count():
            await asyncio.sleep(0.25)
            await page.reload()


async def accessibility_faults(page: Page) -> list[str]:
    """What axe finds wrong with a page."""
    await settled(page)
    await page.evaluate(_AXE.read_text())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{each['id']}: {each['help']}: {_where(each['nodes'])}" for each in found["violations"]]


def _where(nodes: list[dict[str, Any]]) -> str:
    return "; ".join(f"{each['html'][:200]} {each['failureSummary']}" for each in nodes)


async def _is_shown_on_a_phone(page: Page) -> None:
    await page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    fits = "(width) => document.documentElement.scrollWidth <= width"
    try:
        await page.wait_for_function(fits, arg=PHONE["width"])  # pictures are drawn anew
    except PlaywrightTimeout:
        width = await page.evaluate("document.documentElement.scrollWidth")
        raise AssertionError(f"{page.url} is {width} px wide on a phone") from None
    assert await page.evaluate(_NARROW) == [], f"{page.url} has fields that are too narrow on a phone"
    await page.set_viewport_size(DESK)  # type: ignore[arg-type]


async def _shows_its_focus(page: Page) -> None:
    """Whatever the first steps of the keyboard reach shows that it is reached."""
    for _ in range(12):
        await page.keyboard.press("Tab")
        is_shown, what = await page.evaluate(_FOCUS)
        assert is_shown, f"{page.url} does not show the focus of {what}"
