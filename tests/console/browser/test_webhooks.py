"""Journeys through webhooks in a real browser: by mouse, by keyboard alone, and over the end of a session."""

from playwright.async_api import Page, expect

from tests.console.browser.test_sessions import sessions_ended
from tests.kit.browser import PASSWORD, Console, page_is_good, settled, there_at_last
from tests.kit.console_story import report
from tests.kit.hands import Keyboard
from tests.kit.receiver import Answer, Receiver

LOGIN = {"type": "app_login", "customerData": {"email": "anna@example.com"}, "body": {"device": "ios"}}


async def test_the_panel_of_the_admin_guide_by_keyboard_alone(console: Console, page: Page) -> None:
    await page.goto(console.home)
    await page.get_by_role("link", name="Webhooks", exact=True).press("Enter")
    await page.get_by_role("link", name="ADD NEW WEBHOOK").press("Enter")
    hands = Keyboard(page)
    await hands.choose(page.get_by_label("Webhook", exact=True), "CustomerUpdated")
    await hands.write(page.get_by_label("Address"), "https://partner.example/keyboard")
    await hands.write(page.get_by_label("Webhook name"), "By keyboard")
    await hands.write(page.get_by_label("Header 1: name"), "X-Shop")
    await hands.write(page.get_by_label("Header 1: value"), "17")
    await page.get_by_role("button", name="ADD WEBHOOK").press("Enter")

    await expect(page.get_by_role("heading", name="The webhook is added")).to_be_visible()
    await page.get_by_role("link", name="Go on").press("Enter")
    await expect(page.get_by_role("heading", name="By keyboard")).to_be_visible()
    await page_is_good(page, page.url)


async def test_a_receiver_that_was_away_gets_what_it_missed(console: Console, page: Page) -> None:
    with Receiver() as receiver:
        receiver.answer("/hook", Answer(410, b"gone"))
        await page.goto(f"{console.home}/webhooks/new")
        await page.get_by_label("Webhook", exact=True).select_option("MemberAchievementProgressWasChanged")
        await page.get_by_label("Address").fill(f"{receiver.url}/hook")
        await page.get_by_label("Webhook name").fill("Till")
        await page.get_by_role("button", name="ADD WEBHOOK").click()
        await page.get_by_role("link", name="Go on").click()
        url = page.url
        await report(console.laurel, [LOGIN | {"customerData": {"email": "away@example.com"}}])
        await receiver.arrival(lambda requests: len(requests) == 1)
        await page.goto(url)
        await there_at_last(page, page.get_by_text("Disabled"))
        await report(console.laurel, [LOGIN | {"customerData": {"email": "missed@example.com"}}])
        receiver.answer("/hook", Answer(200, b"thank you"))

        await page.goto(url)
        await page.get_by_role("link", name="Edit").click()
        await page.get_by_role("button", name="SAVE WEBHOOK").click()
        await expect(page.get_by_text("The webhook is saved.")).to_be_visible()
        await page.get_by_role("button", name="Send a test").click()
        await expect(page.get_by_text("thank you")).to_be_visible()
        await page.goto(f"{url}/recover")
        await page.get_by_label("Since").fill("2026-01-01T00:00:00")
        await page.get_by_role("button", name="Count it").click()
        await expect(page.get_by_text("deliveries fit.")).to_be_visible()
        await page.get_by_role("button", name="Send 2 again").click()
        await expect(page.get_by_text("2 sent again, 2 of 2 looked at.")).to_be_visible()
        await expect(page.get_by_role("link", name="Its workflow in the Temporal UI")).to_be_visible()
        await receiver.arrival(lambda requests: len(requests) == 4)
        await page.goto(url)
        await page.get_by_role("link", name="All of its deliveries").click()
        await settled(page, "**/webhooks/deliveries**")
        await there_at_last(page, page.get_by_role("cell", name="delivered"))


async def test_a_double_click_makes_one_webhook_and_one_secret(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/webhooks/new")
    await page.get_by_label("Webhook", exact=True).select_option("CustomerUpdated")
    await page.get_by_label("Address").fill("https://partner.example/twice")
    await page.get_by_label("Webhook name").fill("Clicked twice")
    await page.get_by_role("button", name="ADD WEBHOOK").dblclick()
    await expect(page.get_by_role("heading", name="The webhook is added")).to_be_visible()

    await page.goto(f"{console.home}/webhooks?name=Clicked twice")
    await expect(page.get_by_text("1 in all")).to_be_visible()


async def test_marketing_sees_who_would_be_told(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/webhooks")
    await page.get_by_role("link", name="EXPIRING NOTIFICATIONS").click()

    await page.get_by_label("Days before expiring Units to notify the user").fill("200")
    await page.get_by_role("button", name="Who would be notified?").click()
    await expect(page.locator("#notified-points")).to_contain_text("something that ends within these days")
    await page.get_by_role("button", name="Save Settings").click()

    await expect(page.get_by_text("The settings are saved.")).to_be_visible()
    await expect(page.get_by_text("200 days, as set here")).to_be_visible()


async def test_a_form_waits_while_the_password_is_asked_for_over_the_page(console: Console, page: Page) -> None:
    await page.goto(f"{console.home}/webhooks/new")
    await page.get_by_label("Webhook", exact=True).select_option("CustomerUpdated")
    await page.get_by_label("Address").fill("https://partner.example/waits")

    async with sessions_ended(console):
        await page.get_by_role("button", name="ADD WEBHOOK").click()
        dialog = page.get_by_role("dialog")
        await expect(dialog.get_by_role("heading", name="Your session has ended")).to_be_visible()
        await expect(page.get_by_label("Address")).to_have_value("https://partner.example/waits")
        await dialog.get_by_label("Password").fill("wrong")
        await dialog.get_by_role("button", name="Log in").click()
        await expect(dialog.get_by_role("alert")).to_have_text("Bad credentials.")
        await dialog.get_by_label("Password").fill(PASSWORD)
        await dialog.get_by_role("button", name="Log in").click()
        await expect(page.get_by_role("heading", name="The webhook is added")).to_be_visible()


async def test_a_form_without_scripts_outlives_its_session(console: Console, plain_page: Page) -> None:
    await plain_page.goto(f"{console.home}/webhooks/new")
    await plain_page.get_by_label("Webhook", exact=True).select_option("CustomerUpdated")
    await plain_page.get_by_label("Address").fill("https://partner.example/plain")

    async with sessions_ended(console):
        await plain_page.get_by_role("button", name="ADD WEBHOOK").click()
        await plain_page.get_by_label("Name or e-mail").fill("admin")
        await plain_page.get_by_label("Password").fill(PASSWORD)
        await plain_page.get_by_role("button", name="Log in").click()
        await expect(plain_page.get_by_role("heading", name="The webhook is added")).to_be_visible()
