"""The search: a single hit is opened at once, several are listed."""

from fastapi import APIRouter
from starlette.responses import Response

from console.pages.page import PageOfStore
from console.route_rules import STORE
from console.search.finders import find

router = APIRouter()

MAX_LENGTH = 300


@router.get(f"{STORE}/search")
async def search(page: PageOfStore) -> Response:
    """Find what a text names, such as an event or a member, by any identifier."""
    text = page.request.query_params.get("q", "").strip().replace("\0", "")[:MAX_LENGTH]
    hits = await find(page, text) if text else []
    if len({each.url for each in hits}) == 1:
        return page.redirect(hits[0].url)
    return await page.render("search/hits.html", text=text, hits=hits)
