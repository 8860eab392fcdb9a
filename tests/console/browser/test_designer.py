"""A designer changes the program: by mouse, by keyboard alone, and in two windows at once."""

import re
from typing import Any

import httpx2
from playwright.async_api import Page, expect

from tests.console.browser.test_support import press_on, tab_to
from tests.kit.browser import PASSWORD, Console, page_is_good, settled
from tests.kit.hands import Hands, Keyboard, Mouse

REACTOR = "reactors/double-on-web.yaml"


def file_of(console: Console, path: str) -> str:
    return f"{console.home}/program/draft/file?path={path}"


async def test_a_designer_changes_plans_deploys_and_rolls_back_by_mouse(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/program")
    await page.get_by_role("link", name="Edit", exact=True).click()
    await settled(page, "**/program/draft")
    await page_is_good(page, page.url)
    await page.get_by_role("link", name=REACTOR).click()
    await page.get_by_label("Name of the copy").fill("double-in-march")
    await page.get_by_role("button", name="Duplicate").click()
    await expect(page.locator("#notices")).to_contain_text("is added to your draft")
    await expect(page.locator(".cm-content")).to_contain_text("reactor: double-in-march")

    await replace(page, "member.tier", "member.teir")
    await expect(page.locator("#problems")).to_contain_text("member.teir is unknown")
    await expect(page.locator(".cm-lintRange-error").first).to_be_visible()
    await page.get_by_role("button", name="Write member.tier").click()
    await expect(page.locator("#problems")).to_contain_text("Nothing is wrong in this file.")
    await expect(page.locator("#saving")).to_have_text("Saved.")
    await expect(page.locator("#blocks[inert]")).to_have_count(0)
    await page.locator("#blocks").get_by_label("times").fill("5")
    await page.locator("#blocks").get_by_label("every, line").first.select_option("week")
    await expect(page.locator(".cm-content")).to_contain_text("{per: member, every: week, times: 5}")
    await expect(page.locator(".cm-content")).to_contain_text("# what the whole campaign may cost in a month")
    assert await page.evaluate("window.violations") == []
    await page_is_good(page, page.url)

    await simulate_and_save_as_test(console, page, Mouse(page), "double-in-march")
    await page.get_by_role("link", name="Plan").click()
    await page.get_by_label("Days before today").fill("30")
    await page.get_by_role("button", name="Replay").click()
    await expect(page.locator("#run")).to_contain_text("members gain")  # it comes into the page by itself
    await expect(page.locator("#run .chart").first).to_be_visible()
    await expect(page.locator("main")).to_contain_text("double-in-march")
    await page_is_good(page, f"{console.home}/program/draft/plan")
    await page.get_by_label("Why").fill("Double points in March")
    await page.get_by_role("button", name="Deploy").click()
    await roll_back(page)


async def test_a_designer_changes_plans_deploys_and_rolls_back_by_keyboard(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/program/draft")
    await press_on(page, REACTOR)
    await settled(page, "**/draft/file**")
    await tab_to(page, "f-copy-path")
    await page.keyboard.type("double-in-april")
    await page.keyboard.press("Enter")
    await expect(page.locator(".cm-content")).to_contain_text("reactor: double-in-april")

    await tab_to_class(page, "cm-content")
    await page.keyboard.press("Control+f")
    await expect(page.locator(".cm-search [main-field]")).to_be_focused()
    await page.keyboard.type("member.tier")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(page.locator("#editor .cm-content")).to_be_focused()
    await page.keyboard.type("member.teir")
    await page.keyboard.press("Escape")
    await expect(page.locator("#problems")).to_contain_text("member.teir is unknown")
    await page.keyboard.press("Alt+Enter")
    await expect(page.locator("#problems")).to_contain_text("Nothing is wrong in this file.")

    await expect(page.locator("#saving")).to_have_text("Saved.")
    await simulate_and_save_as_test(console, page, Keyboard(page), "double-in-april")
    await press_on(page, "Plan")
    await settled(page, "**/draft/plan")
    await tab_to(page, "f-days")
    await page.keyboard.press("Enter")
    await expect(page.locator("#run")).to_contain_text("members gain")
    await tab_to(page, "f-note")
    await page.keyboard.type("Double points in April")
    await press_on(page, "Deploy")
    await roll_back(page, by_keyboard=True)


async def simulate_and_save_as_test(console: Console, page: Page, hands: Hands, reactor: str) -> None:
    """Try a real event under the draft, keep it as a test, run the tests, and go back to the draft."""
    await page.goto(f"{console.home}/search?q=receipt-4711")
    await hands.press(page.get_by_role("link", name="Simulate again"))
    await settled(page, "**/simulate?event=*")
    await hands.tick(page.get_by_label("Under my draft"))
    await hands.press(page.get_by_role("button", name="Simulate"))
    await expect(page.locator(".waterfall-step", has_text=reactor).first).to_be_visible()
    await hands.press(page.get_by_role("button", name="Save as test"))
    await expect(page.get_by_label("Test", exact=True)).to_have_value(re.compile(reactor))
    await hands.press(page.get_by_role("button", name="Put it into my draft"))
    await hands.press(page.get_by_role("button", name="Run the tests"))
    await expect(page.locator(".waterfall-step", has_text="purchase of ").last).to_contain_text("passed")
    await hands.press(page.get_by_role("link", name="Your draft", exact=True))
    await settled(page, "**/program/draft")


async def roll_back(page: Page, *, by_keyboard: bool = False) -> None:
    """Follow the link in the message that says that it is done, and go back."""
    await settled(page, "**/program/*?deployed=1")
    done = page.get_by_role("status").filter(has_text="is in force")
    await expect(done).to_be_visible()
    link = await done.get_by_role("link").inner_text()
    if by_keyboard:
        await press_on(page, link)
    else:
        await done.get_by_role("link").click()
    await settled(page, "**/roll-back")
    if by_keyboard:
        await press_on(page, "Roll back")
    else:
        await page.get_by_role("button", name="Roll back").click()
    await settled(page, "**/program/*?deployed=1")
    await expect(page.locator("main")).to_contain_text(re.compile(r"rollback to \d+"))


async def test_a_word_is_completed_and_two_windows_overwrite_nothing(console: Console, page: Page) -> None:
    await page.goto(file_of(console, REACTOR))
    other = await page.context.new_page()
    await other.goto(file_of(console, REACTOR))
    await expect(page.locator("#editor .cm-content")).to_be_visible()
    await expect(other.locator("#editor .cm-content")).to_be_visible()

    await replace(page, "Double points on the web", "Mine")
    await expect(page.locator("#saving")).to_have_text("Saved.")
    await replace(other, "Double points on the web", "Theirs")
    await expect(other.locator("#conflict [role=alert]")).to_contain_text("was changed meanwhile")
    await expect(other.locator("#conflict .cm-mergeView")).to_contain_text("title: Mine")
    await other.get_by_role("button", name="Keep my text").click()
    await expect(other.locator("#saving")).to_have_text("Saved.")
    await replace(other, "member.tier", "member.ti")
    await expect(other.locator(".cm-tooltip-autocomplete")).to_contain_text("member.tier")
    await other.locator(".cm-tooltip-autocomplete li", has_text="member.tier").first.click()
    await expect(other.locator(".cm-content")).to_contain_text("member.tier")

    await page.goto(f"{console.home}/program/draft")
    await page.get_by_text("Forget all my changes").click()
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(page.locator("main")).to_contain_text("Nothing is changed.")


async def test_a_json_file_is_completed_and_changed_in_its_blocks(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/program/draft")
    await page.locator("main select[name=kind]").select_option("reactors")
    await page.locator("main input[name=path]").fill("spring.json")
    await page.get_by_role("button", name="Add file").click()
    await settled(page, "**/program/draft/file?*")
    await replace(page, '"member_registered"', '"app_l')
    await expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text('"app_login"')
    await page.locator(".cm-tooltip-autocomplete li", has_text="app_login").first.click()
    await expect(page.locator(".cm-content")).to_contain_text('"on": "app_login",')
    await expect(page.locator("#problems")).to_contain_text("Nothing is wrong in this file.")
    await expect(page.locator("#saving")).to_have_text("Saved.")
    await expect(page.locator("#blocks[inert]")).to_have_count(0)
    await page.locator("#blocks").get_by_label("points, line").fill("7")
    await page.locator("#blocks").get_by_label("points, line").press("Tab")

    await expect(page.locator(".cm-content")).to_contain_text('"points": 7')
    await page.goto(f"{console.home}/program/draft")
    await page.get_by_text("Forget all my changes").click()
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(page.locator("main")).to_contain_text("Nothing is changed.")


async def test_texts_that_two_changed_are_merged_side_by_side(console: Console, page: Page) -> None:
    title = "Double points on the web"
    await page.goto(file_of(console, REACTOR))
    await replace(page, title, "Mine")
    await expect(page.locator("#saving")).to_have_text("Saved.")
    before = await deploy_another_text(console, title, "Theirs")

    await page.goto(f"{console.home}/program/draft")
    await page.get_by_role("link", name="Take over what it changed").click()
    await expect(page.locator(".cm-mergeView .cm-merge-a .cm-content")).to_contain_text("Theirs")
    mine = page.locator(".cm-mergeView .cm-merge-b .cm-content")
    await expect(mine).to_contain_text("Mine")
    await page_is_good(page, f"{console.home}/program/draft/rebase")
    await expect(mine).to_contain_text("Mine")
    await mine.get_by_text("title: Mine").click()
    await expect(mine).to_be_focused()
    await page.keyboard.press("End")
    await page.keyboard.type(" and theirs")
    await page.get_by_role("button", name="Take over").click()
    await expect(page.get_by_role("alert")).to_contain_text("decide on")
    await expect(mine).to_contain_text("Mine and theirs")  # nothing that was written is lost
    await page.get_by_label("Keep").select_option(label="My text, as it stands here")
    await page.get_by_role("button", name="Take over").click()
    await expect(page.locator("#notices")).to_contain_text("Your draft is based on revision")
    await page.goto(file_of(console, REACTOR))
    await expect(page.locator("#editor .cm-content")).to_contain_text("title: Mine and theirs")

    await page.goto(f"{console.home}/program/draft")
    await page.get_by_text("Forget all my changes").click()
    await page.get_by_role("button", name="Discard my changes").click()
    await expect(page.locator("main")).to_contain_text("Nothing is changed.")
    await call_api(console, "POST", "program/rollback", {"revision": before})


async def deploy_another_text(console: Console, old: str, new: str) -> int:
    """Deploy the program with another text in the reactor; return the number of the revision before it."""
    before = (await call_api(console, "GET", "program"))["items"][0]["revision"]
    files = (await call_api(console, "GET", f"program/{before}"))["files"]
    await call_api(console, "POST", "program", {"files": files | {REACTOR: files[REACTOR].replace(old, new)}})
    return int(before)


async def call_api(console: Console, method: str, path: str, content: object = None) -> Any:
    """What the API answers to an administrator."""
    async with httpx2.AsyncClient(base_url=console.laurel.url, timeout=60) as http:
        login = await http.post("/api/admin/login_check", json={"username": "admin", "password": PASSWORD})
        http.headers["Authorization"] = f"Bearer {login.json()['token']}"
        answer = await http.request(method, f"/api/{console.laurel.store}/{path}", json=content)
        assert answer.status_code == 200, answer.text
        return answer.json()


async def replace(page: Page, old: str, new: str) -> None:
    """Write something else in the editor, as a hand that types would."""
    text = await page.evaluate("laurel.editor.state.doc.toString()")
    at = [text.index(old), text.index(old) + len(old)]
    await page.evaluate("(at) => laurel.editor.dispatch({selection: {anchor: at[0], head: at[1]}})", at)
    await page.locator("#editor .cm-content").focus()
    await expect(page.locator("#editor .cm-content")).to_be_focused()
    await page.keyboard.type(new)


async def tab_to_class(page: Page, name: str) -> None:
    """Go to the editor by Tab."""
    await settled(page)
    for _ in range(100):
        if await page.evaluate("(name) => document.activeElement.classList.contains(name)", name):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{name} is not reached by keyboard")
