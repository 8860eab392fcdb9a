"""A new store: a form creates its first program, which is continued in a draft."""

from fastapi import APIRouter
from starlette.responses import Response

from api.authentication.rules import authorize
from api.http.errors import BadInput
from api.programs.deploying import Deploy
from api.programs.routes import deploy
from api.state.auditing import audit_store
from api.stores.routes import check_code
from console.pages.calls import call, rule_of
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, AnyPage, Page
from console.sections import store_path
from rules import exact

router = APIRouter()

NEW_STORE = "/console/new-store"
_TEMPLATE = "stores/new.html"
FORM = Form(
    [
        Field("code", "Code", required=True, hint="Clients name the store by it: letters, digits, - and _."),
        Field("title", "Name", required=True),
        Field("timezone", "Time zone", required=True, value="UTC", hint="Days begin and end in it: Europe/Warsaw."),
        Field("wallet", "Unit of points", required=True, value="points", hint="Letters, digits, - and _."),
    ]
)


@router.get(NEW_STORE)
async def form_page(page: AnyPage) -> Response:
    """Return the form of a first program, for the store that the URL names."""
    code = page.request.query_params.get("code", "")
    return await page.render(_TEMPLATE, form=page.new_form(FORM.shown({"code": code})))


@router.post(NEW_STORE)
async def make_page(page: AnyPage) -> Response:
    """Deploy a program with the form's values, and open its draft."""
    form = FORM.filled(page.sent)
    code = form["code"].value
    try:
        await _deploy(page, form, code)
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, form, error)
    notice = "The store is made, and this is its program. Add event types and reactors in your draft."
    return page.redirect(store_path(code, "program", "draft"), notice=notice)


async def _deploy(page: Page, form: Form, code: str) -> None:
    check_code(code, "code")
    missing = [each.name for each in form.fields if not each.value]
    if missing:
        raise BadInput.at(missing[0], "this is needed", "required")
    authorize(rule_of(deploy), page.caller, code)
    audit_store(page.request, code)
    body = {"files": {"program.yaml": _program(form)}, "basedOn": 0}
    database = page.state.services.database.store(code)
    deploying = Deploy(page.request, page.state, page.caller, database, None, in_console=True)
    await call(deploy, page.request, {**page.injected, Deploy: deploying}, body=body, path={"store": code})


def _program(form: Form) -> str:
    """Return the text of program.yaml; JSON texts are YAML, too."""
    code, title, timezone, wallet = (exact.dumps(each.value) for each in form.fields)
    return f"store: {code}\ntitle: {title}\ntimezone: {timezone}\nwallets:\n  {wallet}: {{default: true}}\n"
