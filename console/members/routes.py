"""Members: list, show, register, change, deactivate and anonymise them."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.members.changing import activate, deactivate, put_member
from api.members.exporting import export_member
from api.members.privacy import anonymize
from api.members.routes import list_members, post_member, show_member, show_status
from console.members.charts import balance_charts
from console.members.sections import lists_of
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore
from console.pages.tables import Column, Table
from console.route_rules import STORE

router = APIRouter()

MEMBERS = Table(
    "members",
    (
        Column("Id", "customerId"),
        Column("First name", "firstName", "personal"),
        Column("Last name", "lastName", "personal"),
        Column("E-mail", "email", "personal"),
        Column("Phone", "phone", "personal"),
        Column("Card", "loyaltyCardNumber", "personal"),
        Column("Registered", "registeredAt", "moment"),
        Column("Tier", "currentLevel.name"),
        Column("Points", "defaultAccount.activePoints"),
        Column("Takes part", "active"),
        Column("Frozen", "frozen"),
        Column("Test", "test"),
    ),
    by_key=True,
)

FORM = Form(
    [
        Field("customer.firstName", "First name"),
        Field("customer.lastName", "Last name"),
        Field("customer.email", "E-mail", hint="An e-mail address, a phone or a card number is needed."),
        Field("customer.phone", "Phone"),
        Field("customer.loyaltyCardNumber", "Card number"),
        Field("customer.birthDate", "Date of birth", hint="As 1990-12-31."),
        Field("customer.test", "A test member, outside of figures and budgets", "yes_no"),
    ]
)


@router.get(f"{STORE}/members")
async def list_page(page: PageOfStore) -> Response:
    """Return the members of a store, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_members, MEMBERS)
    found = await page.list_of(list_members, MEMBERS)
    return await page.render("members/list.html", block="rows", list=found)


@router.get(f"{STORE}/members/new")
async def new_page(page: PageOfStore) -> Response:
    """Return the form for a new member."""
    return await page.render("members/new.html", form=page.new_form(FORM))


@router.post(f"{STORE}/members/new")
async def register_page(page: PageOfStore) -> Response:
    """Register a member."""
    form = FORM.filled(page.sent)
    try:
        made = await page.call(post_member, body=form.body())
    except REFUSED as error:
        return await page.refuse("members/new.html", form, error)
    return page.redirect(page.url("members", made["customerId"]), notice="The member is registered.")


@router.get(f"{STORE}/members/{{member}}")
async def show_page(member: str, page: PageOfStore) -> Response:
    """Return one member: profile, points, tiers, achievements, rewards, sales, events, corrections."""
    shown = await page.call(show_member, member=member)
    status = await page.call(show_status, member=member)
    context: dict[str, Any] = {**await lists_of(page, shown["customerId"])}
    balances = await balance_charts(page, shown["customerId"])
    may_change, may_export = page.may(put_member), page.may(export_member)
    return await page.render(
        "members/member.html",
        member=shown,
        standing=status,
        form_key=page.new_key(),
        balances=balances,
        may_change=may_change,
        may_export=may_export,
        **context,
    )


@router.get(f"{STORE}/members/{{member}}/change")
async def change_form(member: str, page: PageOfStore) -> Response:
    """Return the form that changes a member's profile."""
    shown = await page.call(show_member, member=member)
    form = page.new_form(FORM.shown({f"customer.{name}": value for name, value in shown.items()}))
    return await page.render("members/change.html", form=form, member=shown)


@router.post(f"{STORE}/members/{{member}}/change")
async def change_page(member: str, page: PageOfStore) -> Response:
    """Change a member's profile; an emptied field is removed."""
    shown = await page.call(show_member, member=member)
    form = FORM.filled(page.sent)
    body = form.body()
    empty = [each for each in form.fields if not each.value and each.kind != "yes_no"]
    emptied = {_name(each): None for each in empty if _name(each) in shown}
    body["customer"] = {**body.get("customer", {}), **emptied}
    try:
        await page.call(put_member, body=body, member=member)
    except REFUSED as error:
        return await page.refuse("members/change.html", form, error, member=shown)
    return page.redirect(page.url("members", member), notice="The profile is changed.")


@router.post(f"{STORE}/members/{{member}}/activate")
async def activate_page(member: str, page: PageOfStore) -> Response:
    """Activate a member."""
    await page.call(activate, member=member)
    return page.redirect(page.url("members", member), notice="The member takes part.")


@router.post(f"{STORE}/members/{{member}}/deactivate")
async def deactivate_page(member: str, page: PageOfStore) -> Response:
    """Deactivate a member."""
    await page.call(deactivate, member=member)
    return page.redirect(page.url("members", member), notice="The member takes part no longer.")


@router.get(f"{STORE}/members/{{member}}/anonymize")
async def anonymize_question(member: str, page: PageOfStore) -> Response:
    """Ask before a member is anonymised."""
    shown = await page.call(show_member, member=member)
    return await page.render("members/anonymize.html", member=shown, form_key=page.new_key())


@router.post(f"{STORE}/members/{{member}}/anonymize")
async def anonymize_page(member: str, page: PageOfStore) -> Response:
    """Close a member for good, and erase all personal data."""
    await page.call(anonymize, member=member)
    notice = "The member is closed; all personal data is erased when what is in flight is applied."
    return page.redirect(page.url("members"), notice=notice)


@router.get(f"{STORE}/members/{{member}}/export")
async def export_page(member: str, page: PageOfStore) -> Response:
    """Return everything stored about a member, as one JSON file to save."""
    answer = await page.file_of(export_member, member=member)
    answer.headers["content-disposition"] = 'attachment; filename="member.json"'
    return answer


def _name(field: Field) -> str:
    return field.name.removeprefix("customer.")
