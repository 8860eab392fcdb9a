"""Administrators and roles: list, create and change them, with the permissions of a role."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from access import Permission
from api.administrators.routes import (
    list_administrators,
    post_administrator,
    put_administrator,
    put_password,
    show_administrator,
)
from api.roles.routes import list_roles, make_role, put_role, show_role
from api.stores.routes import list_stores
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, AnyPage, Page
from console.pages.tables import Column, Table

router = APIRouter()

ADMINISTRATORS = Table(
    "administrators",
    (
        Column("Name", "username"),
        Column("E-mail", "email", "personal"),
        Column("Roles", "roles"),
        Column("Store", "store"),
        Column("May log in", "isActive"),
        Column("Since", "createdAt", "moment"),
    ),
    id="id",
)
ROLES = Table(
    "roles",
    (
        Column("Role", "name"),
        Column("Everything", "master"),
        Column("Permissions", "permissions"),
        Column("Built in", "builtIn"),
    ),
    id="id",
)

PASSWORD = Form(
    [
        Field("currentPassword", "Present password", "password", required=True),
        Field("plainPassword", "New password", "password", required=True, hint="At least 8 characters."),
    ]
)
_NAME = Field("role.name", "Name", required=True)
_ALL = {"_itemsOnPage": "50"}
PERMISSIONS = tuple(f"{each.resource} {each.access}" for each in Permission)
"""The permissions of a role, as forms send them."""


@router.get("/console/administrators")
async def list_page(page: AnyPage) -> Response:
    """Return the administrators, the newest first."""
    if page.asks_csv:
        return await page.csv_of(list_administrators, ADMINISTRATORS)
    found = await page.list_of(list_administrators, ADMINISTRATORS)
    return await page.render("administrators/list.html", block="rows", list=found)


@router.get("/console/administrators/new")
async def new_page(page: AnyPage) -> Response:
    """Return the form for a new administrator."""
    return await page.render("administrators/form.html", form=page.new_form(await _form(page, is_new=True)), one=None)


@router.post("/console/administrators/new")
async def make_page(page: AnyPage) -> Response:
    """Create an administrator."""
    form = (await _form(page, is_new=True)).filled(page.sent)
    try:
        await page.call(post_administrator, body=form.body())
    except REFUSED as error:
        return await page.refuse("administrators/form.html", form, error, one=None)
    return page.redirect("/console/administrators", notice="The administrator is made.")


@router.get("/console/administrators/{admin}")
async def show_page(admin: str, page: AnyPage) -> Response:
    """Return the form that changes an administrator."""
    one = await page.call(show_administrator, admin=admin)
    present = {
        "admin.email": one["email"],
        "admin.store": one["store"],
        "admin.roles.0": one["roles"][0]["name"] if one["roles"] else "",
        "admin.isActive": one["isActive"],
    }
    form = page.new_form((await _form(page, is_new=False)).shown(present))
    return await page.render("administrators/form.html", form=form, one=one)


@router.post("/console/administrators/{admin}")
async def change_page(admin: str, page: AnyPage) -> Response:
    """Change an administrator: the role, the store, the password, or disable."""
    one = await page.call(show_administrator, admin=admin)
    form = (await _form(page, is_new=False)).filled(page.sent)
    try:
        await page.call(put_administrator, body=form.body(), admin=admin)
    except REFUSED as error:
        return await page.refuse("administrators/form.html", form, error, one=one)
    return page.redirect("/console/administrators", notice="The administrator is changed.")


@router.get("/console/password")
async def password_page(page: AnyPage) -> Response:
    """Return the form for the caller's own password."""
    return await page.render("administrators/password.html", form=page.new_form(PASSWORD))


@router.post("/console/password")
async def change_password_page(page: AnyPage) -> Response:
    """Change the caller's own password; all their sessions end."""
    form = PASSWORD.filled(page.sent)
    try:
        await page.call(put_password, body=form.body())
    except REFUSED as error:
        return await page.refuse("administrators/password.html", form, error)
    return page.redirect("/console", notice="The password is changed: log in again.")


@router.get("/console/roles")
async def roles_page(page: AnyPage) -> Response:
    """Return the roles with their permissions."""
    if page.asks_csv:
        return await page.csv_of(list_roles, ROLES)
    found = await page.list_of(list_roles, ROLES)
    return await page.render("administrators/roles.html", block="rows", list=found)


@router.get("/console/roles/new")
async def new_role_page(page: AnyPage) -> Response:
    """Return the form for a new role."""
    return await page.render(
        "administrators/role.html", form=page.new_form(Form([_NAME])), one=None, chosen=[], permissions=PERMISSIONS
    )


@router.post("/console/roles/new")
async def make_role_page(page: AnyPage) -> Response:
    """Create a role."""
    form, chosen = Form([_NAME]).filled(page.sent), page.sent.all("_permission")
    try:
        await page.call(make_role, body=_role(form, chosen))
    except REFUSED as error:
        return await page.refuse(
            "administrators/role.html", form, error, one=None, chosen=chosen, permissions=PERMISSIONS
        )
    return page.redirect("/console/roles", notice="The role is made.")


@router.get("/console/roles/{role}")
async def role_page(role: str, page: AnyPage) -> Response:
    """Return one role with its permissions."""
    one = await page.call(show_role, role=role)
    chosen = [f"{each['resource']} {each['access']}" for each in one["permissions"]]
    form = page.new_form(Form([_NAME]).shown({"role.name": one["name"]}))
    return await _role_page(page, form, one=one, chosen=chosen)


@router.post("/console/roles/{role}")
async def change_role_page(role: str, page: AnyPage) -> Response:
    """Change the permissions or the name of a role."""
    one = await page.call(show_role, role=role)
    form, chosen = Form([_NAME]).filled(page.sent), page.sent.all("_permission")
    try:
        await page.call(put_role, body=_role(form, chosen), role=role)
    except REFUSED as error:
        return await page.refuse(
            "administrators/role.html", form, error, one=one, chosen=chosen, permissions=PERMISSIONS
        )
    return page.redirect("/console/roles", notice="The role is changed.")


async def _role_page(
    page: Page, form: Form, *, one: Any = None, chosen: Sequence[str] = (), refused: Exception | None = None
) -> Response:
    context = {"one": one, "chosen": chosen, "permissions": PERMISSIONS}
    if refused is None:
        return await page.render("administrators/role.html", form=form, **context)
    return await page.refuse("administrators/role.html", form, refused, **context)


def _role(form: Form, chosen: list[str]) -> dict[str, object]:
    pairs = [each.partition(" ") for each in chosen]
    permissions = [{"resource": resource, "access": access} for resource, _, access in pairs]
    return {"role": {"name": form["role.name"].value, "permissions": permissions}}


async def _form(page: Page, *, is_new: bool) -> Form:
    roles = (await page.call(list_roles, query=_ALL))["items"] if page.may(list_roles) else []
    stores = (await page.call(list_stores, query=_ALL))["items"] if page.may(list_stores) else []
    password = "At least 8 characters." if is_new else "Empty: it stays."
    fields = [
        Field("admin.email", "E-mail", required=is_new),
        Field("admin.plainPassword", "Password", "password", required=is_new, hint=password),
        Field("admin.roles.0", "Role", "choice", required=True, choices={each["name"]: each["name"] for each in roles}),
        Field(
            "admin.store",
            "Store",
            "choice",
            choices={each["code"]: each["code"] for each in stores},
            empty="null",
            hint="Empty: every store.",
        ),
        Field("admin.isActive", "May log in", "yes_no", value="true"),
    ]
    if is_new:
        fields.insert(0, Field("admin.username", "Name to log in with", hint="Empty: the e-mail."))
    return Form(fields)
