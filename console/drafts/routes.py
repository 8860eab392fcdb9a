"""The draft as a whole: its files, adding one, discarding it, and rebasing it on the revision in force."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from api.drafts.checks import check_draft
from api.drafts.routes import discard_draft, put_draft_file, rebase_draft, show_draft, show_draft_file
from api.http.errors import FileChanged
from console.drafts.files import KINDS, file_url, first_text, path_of
from console.pages.forms import Field, Form
from console.pages.page import REFUSED, PageOfStore, StorePage
from console.route_rules import STORE

router = APIRouter()

NEW = Form([Field("kind", "Kind", "choice", choices=KINDS, required=True), Field("path", "Name", required=True)])
NOTHING = Form([])


@router.get(f"{STORE}/program/draft")
async def show_page(page: PageOfStore) -> Response:
    """Return the files of the draft, changed ones first, and its problems."""
    return await page.render("drafts/draft.html", form=page.new_form(NEW), **await _shown(page))


@router.post(f"{STORE}/program/draft/new")
async def new_page(page: PageOfStore) -> Response:
    """Add a file with the first lines of its kind, and open it."""
    form = NEW.filled(page.sent)
    kind, name = form["kind"].value, form["path"].value.strip()
    path = path_of(kind, name)
    try:
        await page.call(put_draft_file, body={"path": path, "text": first_text(kind, name), "version": ""})
    except FileChanged:
        return page.redirect(file_url(page, path), notice=f"{path} exists already: this is it.")
    except REFUSED as error:
        return await page.refuse("drafts/draft.html", form, error, **await _shown(page))
    return page.redirect(file_url(page, path), notice=f"{path} is added to your draft.")


@router.post(f"{STORE}/program/draft/discard")
async def discard_page(page: PageOfStore) -> Response:
    """Discard every change."""
    await page.call(discard_draft)
    return page.redirect(page.url("program", "draft"), notice="Your changes are discarded.")


@router.get(f"{STORE}/program/draft/rebase")
async def rebase_question(page: PageOfStore) -> Response:
    """Return the files that the draft and the revision in force both changed, side by side."""
    return await page.render("drafts/rebase.html", form=NOTHING, **await _conflicts(page))


@router.post(f"{STORE}/program/draft/rebase")
async def rebase_page(page: PageOfStore) -> Response:
    """Rebase the draft on the revision in force, with the resolved texts."""
    seen = page.sent.first("_inForce")
    body = {"basedOn": int(seen) if seen.isdecimal() else seen, "files": await _decided(page)}
    try:
        done = await page.call(rebase_draft, body=body)
    except REFUSED as error:
        return await page.refuse("drafts/rebase.html", NOTHING, error, **await _conflicts(page))
    notice = f"Your draft is based on revision {done['basedOn']} now."
    return page.redirect(page.url("program", "draft"), notice=notice)


async def _shown(page: StorePage) -> dict[str, Any]:
    return {"draft": await page.call(show_draft), "problems": (await page.call(check_draft))["problems"]}


async def _conflicts(page: StorePage) -> dict[str, Any]:
    """Return the conflicting files, with the texts that were sent, so that a refusal loses none."""
    draft = await page.call(show_draft)
    paths = [each["path"] for each in draft["files"] if each["isInConflict"]]
    sent = {path: {"sent": text, "sentVersion": seen, "keep": keep} for path, seen, keep, text in _rows(page)}
    return {
        "draft": draft,
        "files": [await page.call(show_draft_file, path=path) | sent.get(path, {}) for path in paths],
    }


def _rows(page: StorePage) -> list[tuple[str, ...]]:
    """Return the sent fields of each file: its path, its version, what to keep, and its text."""
    return list(zip(*(page.sent.all(name) for name in ("path", "version", "keep", "text")), strict=False))


async def _decided(page: StorePage) -> list[dict[str, Any]]:
    """Return the resolution of each file by the form: the text of the form, the one in force, or no file."""
    decided = []
    for path, version, keep, text in _rows(page):
        texts = {"mine": text, "theirs": None, "none": None}
        if keep == "theirs":
            texts["theirs"] = (await page.call(show_draft_file, path=path))["inForceText"]
        if keep in texts:
            decided.append({"path": path, "version": version, "text": texts[keep]})
    return decided
