"""The editor of one file of the draft: its text, its problems and cures, copying, renaming and removing it."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.checks import check_draft, complete_word
from api.drafts.routes import delete_draft_file, put_draft_file, show_draft, show_draft_file
from api.http.errors import FileChanged
from api.http.responses import ExactJson
from console.drafts.drawing import blocks_html, problems_html, problems_in
from console.drafts.files import duplicate, file_url, path_of
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE
from workbench.cures import Cure, apply
from workbench.drafts.merging import version_of

router = APIRouter()

COPY = Form([Field("copy.path", "Name of the copy", hint="Its name in the file changes, too.")])
RENAME = Form([Field("rename.path", "New name", hint="What it declares keeps its name.")])
_FILE = f"{STORE}/program/draft/file"


@router.get(_FILE)
async def show_page(page: PageOfStore) -> Response:
    """Return the editor of a file, with its problems."""
    query = page.request.query_params
    file = await page.call(show_draft_file, path=query.get("path", ""))
    return await _render(page, file, copy=COPY.shown(query), rename=RENAME.shown(query))


@router.post(_FILE)
async def save_page(page: PageOfStore) -> Response:
    """Save a text, and apply a cure to it if one is named; scripts, which save often, get JSON."""
    path, text = page.sent.first("path"), page.sent.first("text")
    try:
        saved = await _save(page)
        cure = await _cure(page, path)
        if cure is not None:
            text = apply(text, cure)
            saved = await page.call(put_draft_file, body={"path": path, "text": text, "version": saved["version"]})
    except REFUSED as error:
        return await refused(page, path, text, error)
    if not is_script(page):
        typed = {each.name: page.sent.first(each.name) for form in (COPY, RENAME) for each in form.fields}
        return page.redirect(file_url(page, path, **typed), notice="Saved in your draft.")
    problems = await _problems(page)
    return ExactJson(
        {
            "version": saved["version"],
            "problems": problems_in(problems, path),
            "html": problems_html(page, problems, path),
        }
    )


async def save_sent(page: StorePage) -> Response | None:
    """Save the text that the editor sends with another request; return the page that says why not, if it is refused."""
    try:
        await _save(page)
    except REFUSED as error:
        return await refused(page, page.sent.first("path"), page.sent.first("text"), error)
    return None


async def _save(page: StorePage) -> Any:
    return await page.call(put_draft_file, body={name: page.sent.first(name) for name in ("path", "text", "version")})


@router.post(f"{_FILE}/completion")
async def completion_page(page: PageOfStore) -> Response:
    """Return the completions at a position, for the script of the editor."""
    numbers = {name: page.sent.first(name) for name in ("line", "column")}
    at = {name: int(text) if text.isdecimal() else text for name, text in numbers.items()}
    body = {"path": page.sent.first("path"), "text": page.sent.first("text"), **at}
    return ExactJson(await page.call(complete_word, body=body))


@router.post(f"{_FILE}/copy")
async def copy_page(page: PageOfStore) -> Response:
    """Copy a file under another name, which its declaration gets, too."""
    return await _copied(page, COPY, keeps=True)


@router.post(f"{_FILE}/rename")
async def rename_page(page: PageOfStore) -> Response:
    """Rename a file; its declaration keeps its name, on which counters depend."""
    return await _copied(page, RENAME, keeps=False)


@router.post(f"{_FILE}/remove")
async def remove_page(page: PageOfStore) -> Response:
    """Remove a file from the program."""
    path = page.sent.first("_path")
    try:
        await page.call(delete_draft_file, path=path, version=page.sent.first("version"))
    except FileChanged as error:
        return await refused(page, path, None, error)
    return page.redirect(page.url("program", "draft"), notice=f"{path} is removed in your draft.")


@router.post(f"{_FILE}/restore")
async def restore_page(page: PageOfStore) -> Response:
    """Restore a file to the base revision."""
    path, version = page.sent.first("_path"), page.sent.first("version")
    before = (await page.call(show_draft_file, path=path))["baseText"]
    try:
        if before is None:
            await page.call(delete_draft_file, path=path, version=version)
        else:
            await page.call(put_draft_file, body={"path": path, "text": before, "version": version})
    except FileChanged as error:
        return await refused(page, path, before, error)
    return page.redirect(page.url("program", "draft"), notice=f"{path} is as it was.")


async def _copied(page: StorePage, form: Form, *, keeps: bool) -> Response:
    """Save the text that is sent along, store it at another path, and unless `keeps` is set, remove it at its own."""
    if page.sent.has("text") and (answer := await save_sent(page)) is not None:
        return answer
    old, form = page.sent.first("path"), form.filled(page.sent)
    file = await page.call(show_draft_file, path=old)
    path = path_of(old.rpartition("/")[0], form.fields[0].value)
    text = file["text"] or ""
    body = {"path": path, "text": duplicate(text, path) if keeps else text, "version": ""}
    try:
        await page.call(put_draft_file, body=body)
    except FileChanged:
        shown = form.refused(ValueError(f"{path} exists already: choose another name"))
        return await _render(page, file, status=409, **{"copy" if keeps else "rename": shown})
    except REFUSED as error:
        await page.state.refusal_log.record(page.request, 400)
        return await _render(page, file, status=400, **{"copy" if keeps else "rename": form.refused(error)})
    if not keeps:
        await page.call(delete_draft_file, path=old, version=file["version"])
    return page.redirect(file_url(page, path), notice=f"{path} is added to your draft.")


async def refused(page: StorePage, path: str, text: str | None, error: Exception) -> Response:
    """Return the editor with a refusal: for a concurrent change, beside the stored text."""
    status = 409 if isinstance(error, FileChanged) else 400
    if is_script(page):
        stored = (
            {"stored": error.stored, "version": version_of(error.stored), "message": error.message}
            if isinstance(error, FileChanged)
            else None
        )
        faults = Form([]).refused(error)
        return ExactJson({"conflict": stored, "message": " ".join(faults.errors)}, status_code=status)
    if not isinstance(error, FileChanged):
        return await page.refuse("drafts/refused.html", Form([]), error, path=path, text=text)
    file = await page.call(show_draft_file, path=path)
    return await _render(page, {**file, "sent": text}, status=status, conflict=error.message)


async def _render(page: StorePage, file: Mapping[str, Any], status: int = 200, **more: Any) -> Response:
    problems = await _problems(page)
    draft = await page.call(show_draft)
    context: dict[str, Any] = {"copy": COPY, "rename": RENAME, "conflict": None, "file": file, "draft": draft, **more}
    html = problems_html(page, problems, file["path"])
    blocks = "" if file["text"] is None else await blocks_html(page, file["path"])
    return await page.render(
        "drafts/file.html",
        status=status,
        problems=problems_in(problems, file["path"]),
        problems_html=html,
        blocks_html=blocks,
        **context,
    )


async def _problems(page: StorePage) -> Sequence[Mapping[str, Any]]:
    found: Sequence[Mapping[str, Any]] = (await page.call(check_draft))["problems"]
    return found


async def _cure(page: StorePage, path: str) -> Cure | None:
    """Return the cure of a button, by the place of its problem in the saved text."""
    asked = page.sent.first("_cure")
    for each in problems_in(await _problems(page), path) if asked else ():
        cure = each["cure"]
        if cure is not None and asked == f"{each['line']}:{each['column']}":
            return Cure(cure["line"], cure["column"], cure["endColumn"], cure["text"])
    return None


def is_script(page: StorePage) -> bool:
    """Return whether the script of the editor sent the request; it gets JSON."""
    return page.request.headers.get("x-requested-with") == "fetch"
