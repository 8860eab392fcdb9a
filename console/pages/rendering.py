"""Pages as HTML: Jinja with autoescape, the globals of templates, and single blocks for htmx."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
import jinja2_fragments
from jinja2.utils import missing
from starlette.responses import HTMLResponse, Response

from access import Permission
from console.pages import formats
from console.pages.last_store import last_store
from console.pages.lists import List
from console.pages.notices import take_notice
from console.pages.static_files import icon, static_url
from console.sections import sections_of, store_path
from console.security.page_headers import nonce_of

if TYPE_CHECKING:
    from console.pages.page import Page

FOLDER = Path(__file__).parent.parent
THEMES = ("auto", "light", "dark")
THEME_COOKIE = "laurel-theme"


class Missing(jinja2.Undefined):
    """An undefined name in a template is an error; an absent field of an API response is empty."""

    def __str__(self) -> str:
        self._require_field()
        return ""

    def __bool__(self) -> bool:
        self._require_field()
        return False

    def __iter__(self) -> Iterator[Any]:
        self._require_field()
        return iter(())

    def __len__(self) -> int:
        self._require_field()
        return 0

    def _require_field(self) -> None:
        if self._undefined_obj is missing:
            self._fail_with_undefined_error()


@cache
def environment() -> jinja2.Environment:
    """Return the environment of all templates; the macros of pages are `ui`."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=Missing,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"static_url": static_url, "icon": icon, "Permission": Permission, "List": List}
    made.globals["store_path"] = store_path
    made.filters |= formats.FILTERS
    made.globals["ui"] = made.get_template("templates/macros.html").module
    return made


async def render(
    page: "Page", template: str, *, status: int, block: str | None, context: Mapping[str, Any]
) -> Response:
    """Return a page for an administrator, or one block of it if htmx requests a part."""
    request = page.request
    known = {"page": page, "nonce": nonce_of(request), "theme": theme_of(request.cookies), "now": page.now, **context}
    if block is not None and request.headers.get("hx-request-type") == "partial":
        return HTMLResponse(jinja2_fragments.render_block(environment(), template, block, **known), status)
    stores = await stores_of(page)
    store = page.store or last_store(request, stores)
    known |= {
        "notice": take_notice(request),
        "stores": stores,
        "menu_store": store,
        "sections": sections_of(page.caller, store),
    }
    return HTMLResponse(environment().get_template(template).render(**known), status)


def render_plain(template: str, *, status: int, nonce: str, theme: str, **context: Any) -> Response:
    """Return a page for a caller without a log-in."""
    known = {"nonce": nonce, "theme": theme, "now": datetime.now(UTC), "page": None, "notice": "", **context}
    return HTMLResponse(environment().get_template(template).render(**known), status)


def theme_of(cookies: Mapping[str, str]) -> str:
    """Return the chosen theme; `auto` follows the system."""
    chosen = cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


async def stores_of(page: "Page") -> list[str]:
    """Return the stores that the caller may open."""
    every = await page.state.services.database.access_read(lambda access: access.stores())
    return [each for each in every if page.caller.rights.reach(each)]
