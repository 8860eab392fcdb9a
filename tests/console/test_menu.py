"""The menu: the sections of the store that was looked at last stay on pages of the whole installation."""

from tests.kit.api import Api
from tests.kit.console import HOME, Visitor
from tests.kit.programs import files


async def test_the_sections_of_the_last_store_stay(api: Api, visitor: Visitor) -> None:
    await api.programs.deploy(files(program="store: OTHER\ntitle: Another\ntimezone: Europe/Warsaw\n"), by="test")

    await visitor.get("/console/stores/OTHER/members")
    other = (await visitor.get("/console/roles")).text
    await visitor.get(f"{HOME}/members")
    own = (await visitor.get("/console/audit-log")).text
    visitor.http.cookies.delete("laurel-store")
    visitor.http.cookies.set("laurel-store", "GONE")
    home = await visitor.get("/console")

    assert 'href="/console/stores/OTHER/members"' in other
    assert 'action="/console/stores/OTHER/search"' in other
    assert f'href="{HOME}/members"' in own
    assert home.headers["location"] in (HOME, "/console/stores/OTHER")
