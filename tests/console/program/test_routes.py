"""Pages of the program: revisions, differences, rolling back."""

from loyalty.losses import DeployConsent
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of
from tests.kit.programs import PROGRAM, files

PROGRAMS = f"{HOME}/program"
RENAME = DeployConsent(frozenset(), rename=True)
CHANGED = PROGRAM.replace("points: 7d", "points: 9d")


async def test_revisions_are_listed_compared_and_rolled_back(api: Api, visitor: Visitor) -> None:
    await api.programs.deploy(files(program=CHANGED), by="eve", note="for the summer")

    listed = await visitor.page(PROGRAMS)
    second = await visitor.page(f"{PROGRAMS}/2")
    question = await visitor.get(f"{PROGRAMS}/1/roll-back")
    done = await visitor.post(f"{PROGRAMS}/1/roll-back", hidden_of(question))
    late = await visitor.post(f"{PROGRAMS}/2/roll-back", hidden_of(question) | {"_key": "another-key-of-a-form"})

    assert "for the summer" in listed
    assert "9d" in second
    assert "program.yaml" in second
    assert "9d" in question.text
    assert done.status_code == 303
    latest = (await api.get("/api/DEFAULT/program"))["items"][0]
    assert (latest["note"], latest["inConsole"], latest["deployedBy"]) == ("rollback to 1", True, "admin")
    assert late.status_code == 409
    assert "revision 3 is in force" in late.text


async def test_a_rollback_that_would_lose_something_says_what(api: Api, visitor: Visitor) -> None:
    await api.programs.deploy(files(program=PROGRAM.replace("Coffee shop", "Tea shop")), by="eve", consent=RENAME)

    question = await visitor.get(f"{PROGRAMS}/1/roll-back")
    refused = await visitor.post(f"{PROGRAMS}/1/roll-back", hidden_of(question))
    meant = await visitor.post(f"{PROGRAMS}/1/roll-back", hidden_of(question) | {"rename": "true"})

    assert refused.status_code == 400
    assert meant.status_code == 303


async def test_an_unknown_revision_is_no_page(visitor: Visitor) -> None:
    for path in ("9", "9/roll-back", "nothing"):
        assert 400 <= (await visitor.get(f"{PROGRAMS}/{path}")).status_code < 500, path
