"""The tests of a draft: which pass, what the failing ones expected, and the lines that none of them reaches."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.routes import show_draft
from api.http.responses import ExactJson
from api.plans.testing import run_draft_tests
from console.drafts.editing import save_sent
from console.drafts.files import file_url
from console.pages.forms import Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

_TEMPLATE = "drafts/tests.html"
_PATH = f"{STORE}/program/draft/tests"


@router.get(_PATH)
async def show_page(page: PageOfStore) -> Response:
    """Return the test files of the draft, and a button that runs them."""
    return await page.render(_TEMPLATE, form=Form([]), run=None, **await _context(page))


@router.post(_PATH)
async def run_page(page: PageOfStore) -> Response:
    """Run the tests, and show their results; a text that the editor of a file sends along is saved before."""
    if page.sent.has("text") and (answer := await save_sent(page)) is not None:
        return answer
    try:
        run = await page.call(run_draft_tests)
    except REFUSED as error:
        return await page.refuse(_TEMPLATE, Form([]), error, run=None, **await _context(page))
    return await page.render(_TEMPLATE, form=Form([]), run=run, **await _context(page))


@router.post(f"{_PATH}/coverage")
async def coverage_page(page: PageOfStore) -> Response:
    """Return the lines of a file that no test reaches, for the script of the editor; JSON with `lines` or `message`."""
    try:
        run = await page.call(run_draft_tests)
    except REFUSED:
        return ExactJson({"message": "The draft has errors: put them right first."})
    if run["coverage"] is None:
        return ExactJson({"message": "The tests take too long: run them by laurel test."})
    path = page.sent.first("path")
    lines: Any = next((each["lines"] for each in run["coverage"]["files"] if each["path"] == path), [])
    counts = {name: run[name] for name in ("passed", "failed", "skipped")}
    return ExactJson({"lines": lines, "percent": run["coverage"]["percent"], **counts})


async def _context(page: StorePage) -> dict[str, Any]:
    files = (await page.call(show_draft))["files"]
    tests = [each["path"] for each in files if each["path"].startswith("tests/") and each["change"] != "removed"]

    def line_url(path: str, line: int) -> str:
        return f"{file_url(page, path)}&line={line}"

    return {"files": tests, "line_url": line_url}
