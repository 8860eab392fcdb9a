"""The program: revisions, the files and the difference of each, and the events that a reactor answered."""

from functools import partial

from fastapi import APIRouter
from starlette.responses import Response

from api.campaigns.decisions import list_decisions
from api.http.errors import NotFound
from api.programs.routes import list_revisions, show_difference, show_revision
from console.pages.page import PageOfStore
from console.pages.tables import Column, Table
from console.pages.waterfall import place_url
from console.route_rules import STORE

router = APIRouter()

REVISIONS = Table(
    "revisions",
    (
        Column("Revision", "revision"),
        Column("Deployed", "deployedAt", "moment"),
        Column("By", "deployedBy"),
        Column("Why", "note"),
        Column("In force", "inForce"),
    ),
    id="revision",
)
DECISIONS = Table(
    "answers-of-a-reactor",
    (
        Column("Received", "createdAt", "moment"),
        Column("Event", "customEventId"),
        Column("Member", "customerId"),
        Column("Answer", "verdict"),
        Column("Why", "because", "personal"),
    ),
    by_key=True,
)

MOST_DIGITS = 7
"""The most digits of a line number."""


@router.get(f"{STORE}/program")
async def list_page(page: PageOfStore) -> Response:
    """Return the revisions of a store, the latest first."""
    if page.asks_csv:
        return await page.csv_of(list_revisions, REVISIONS)
    found = await page.list_of(list_revisions, REVISIONS)
    return await page.render("program/list.html", block="rows", list=found)


@router.get(f"{STORE}/program/{{revision}}")
async def show_page(revision: int, page: PageOfStore) -> Response:
    """Return one revision: what it changed, and its files."""
    shown = await page.call(show_revision, number=revision)
    changes = (await page.call(show_difference, number=revision, since=None))["changes"] if revision > 1 else []
    at = partial(place_url, page, revision)
    return await page.render("program/revision.html", one=shown, changes=changes, place_url=at)


@router.get(f"{STORE}/program/{{revision}}/file")
async def file_page(revision: int, page: PageOfStore) -> Response:
    """Return one file of a revision with line numbers; `line` of the URL is marked."""
    query = page.request.query_params
    path, line = query.get("path", ""), query.get("line", "")
    shown = await page.call(show_revision, number=revision)
    text = shown["files"].get(path)
    if text is None:
        raise NotFound(f"no file {path[:80]} in revision {revision}")
    marked = int(line) if line.isdecimal() and len(line) < MOST_DIGITS else 0
    reactor = next((each.name for each in page.store_request.program.reactors if each.place.file == path), None)
    lines = list(enumerate(text.splitlines(), 1))
    return await page.render("program/file.html", one=shown, path=path, lines=lines, marked=marked, reactor=reactor)


@router.get(f"{STORE}/reactors/{{reactor}}")
async def reactor_page(reactor: str, page: PageOfStore) -> Response:
    """Return the events that fired a reactor, and those that failed only one part of its condition."""
    if page.asks_csv:
        return await page.csv_of(list_decisions, DECISIONS, name=reactor)
    found = await page.list_of(list_decisions, DECISIONS, name=reactor)
    known = next((each for each in page.store_request.program.reactors if each.name == reactor), None)
    place = "" if known is None else place_url(page, page.store_request.revision, str(known.place))
    return await page.render("program/reactor.html", block="rows", list=found, name=reactor, place=place)
