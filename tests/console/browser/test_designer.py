"""A designer changes the program: by mouse, by keyboard alone, and in two windows at once."""

from playwright.async_api import Page, expect

from tests.kit.browser import Console, page_is_good

REACTOR = "reactors/double-on-web.yaml"


def file_of(console: Console, path: str) -> str:
    return f"{console.home}/program/draft/file?path={path}"


async def test_a_designer_edits_by_mouse(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/program")
    await page.get_by_role("link", name="Edit", exact=True).click()
    await page_is_good(page, page.url)
    await page.get_by_role("link", name=REACTOR).click()
    await page.get_by_label("Name of the copy").fill("double-in-march")
    await page.get_by_role("button", name="Duplicate").click()
    await expect(page.locator("#notices")).to_contain_text("is added to your draft")
    await expect(page.locator(".cm-content")).to_contain_text("reactor: double-in-march")
    await page_is_good(page, page.url)

    await replace(page, "member.tier", "member.teir")
    await expect(page.locator("#problems")).to_contain_text("member.teir is unknown")
    await expect(page.locator(".cm-lintRange-error")).to_be_visible()
    await page_is_good_now(page)
    await page.get_by_role("button", name="Write member.tier").click()
    await expect(page.locator("#problems")).to_contain_text("Nothing is wrong in this file.")
    await expect(page.locator("#saving")).to_have_text("Saved.")
    await page.reload()
    await expect(page.locator(".cm-content")).to_contain_text("member.tier")
    await page.goto(f"{console.home}/program/draft")
    await page.get_by_text("Forget all my changes").click()
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(page.locator("main")).to_contain_text("Nothing is changed.")


async def page_is_good_now(page: Page) -> None:
    """What a page shows now breaks no policy."""
    assert await page.evaluate("window.violations") == []


async def replace(page: Page, old: str, new: str) -> None:
    """Write something else in the editor, as a hand that types would."""
    text = await page.evaluate("laurel.editor.state.doc.toString()")
    at = text.index(old)
    await page.evaluate(
        "(at) => laurel.editor.dispatch({selection: {anchor: at[0], head: at[1]}})", [at, at + len(old)]
    )
    await page.locator(".cm-content").focus()
    await page.keyboard.type(new)
