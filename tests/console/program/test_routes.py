"""Pages of the program: revisions, differences, rolling back."""

import asyncio
import re
from datetime import UTC, datetime

import pytest

from loyalty.decisions.decision import Decision, RuleOutcome
from loyalty.losses import DeployConsent
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, hidden_of, text_of
from tests.kit.programs import PROGRAM, files

PROGRAMS = f"{HOME}/program"
PLACE = "reactors/points-for-purchase.yaml:1:1"
RENAME = DeployConsent(frozenset(), rename=True)
CHANGED = PROGRAM.replace("points: 7d", "points: 9d")
SPRING = "reactor: spring\non: app_login\nthen: [{award_points: {points: 5}}]\n"


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


async def test_a_change_leads_to_its_line_in_the_new_files(api: Api, visitor: Visitor) -> None:
    await api.programs.deploy(files(reactors__spring=SPRING), by="eve")
    await api.programs.deploy(files(reactors__spring=SPRING.replace("5", "6")), by="eve")

    for path, points in (("3", "6"), ("2/roll-back", "5")):
        shown = (await visitor.get(f"{PROGRAMS}/{path}")).text
        place = re.search(r'href="([^"#]*)#line"><code>reactors/spring.yaml:3:\d+</code>', shown)
        assert place is not None, path
        assert f"{{award_points: {{points: {points}}}}}" in await visitor.page(place[1].replace("&amp;", "&"))


async def test_a_rollback_that_would_lose_something_says_what(api: Api, visitor: Visitor) -> None:
    await api.programs.deploy(files(program=PROGRAM.replace("Coffee shop", "Tea shop")), by="eve", consent=RENAME)

    question = await visitor.get(f"{PROGRAMS}/1/roll-back")
    refused = await visitor.post(f"{PROGRAMS}/1/roll-back", hidden_of(question))
    typed = hidden_of(question) | {"_rename": "true", "note": "They miss coffee & cake"}
    late = await visitor.post(f"{PROGRAMS}/1/roll-back", typed | {"_inForce": "9"})
    begun = await visitor.post(f"{PROGRAMS}/1/roll-back/backtest", typed | {"days": "3"})
    replayed = await visitor.get(begun.headers["location"])
    rolled_back = await visitor.post(f"{PROGRAMS}/1/roll-back", typed)
    shown = await visitor.page(rolled_back.headers["location"])

    assert "The title changes from Tea shop to Coffee shop" in text_of(question)
    assert (refused.status_code, late.status_code, replayed.status_code) == (400, 409, 200)
    assert "Nothing was replayed yet." in text_of(question)
    assert "events of 3 days are replayed" in text_of(replayed)
    for page in (late, replayed):
        kept = form_of(page, having="note")
        assert (kept["note"], kept.get("_rename")) == ("They miss coffee & cake", "true")
    assert rolled_back.status_code == 303
    assert "rollback to 1: They miss coffee & cake" in shown
    assert "Revision 3 is in force. Roll back to revision 2" in shown


@pytest.mark.parametrize("days", ["x", "0", "91", "-1", "٣", "9" * 30])
async def test_days_of_a_rollback_that_make_no_sense_are_said_at_their_field(
    api: Api, visitor: Visitor, days: str
) -> None:
    await api.programs.deploy(files(program=CHANGED), by="eve")
    answer = await visitor.post(f"{PROGRAMS}/1/roll-back/backtest", {"days": days, "note": "kept"})

    assert answer.status_code == 400
    assert 'id="f-days-error"' in answer.text
    assert form_of(answer, having="note")["note"] == "kept"


async def test_the_backtest_of_a_rollback_goes_on_beside_the_page(api: Api, visitor: Visitor) -> None:
    await api.programs.deploy(files(program=CHANGED), by="eve")
    await api.report()
    question, backtest = f"{PROGRAMS}/1/roll-back", f"{PROGRAMS}/1/roll-back/backtest"

    begun = await visitor.post(backtest, {"days": "2", "note": "kept"})
    async with asyncio.timeout(200):
        while "members gain" not in (words := await visitor.page(question)):
            await asyncio.sleep(0.2)
    looked = await visitor.post(backtest, {"_look": "1", "days": "2"})
    cancelled = await visitor.post(f"{backtest}/cancel")

    assert (begun.status_code, begun.headers["location"]) == (303, f"{question}?days=2&note=kept#backtest")
    assert (looked.status_code, cancelled.status_code) == (303, 303)
    assert "events of" in words
    assert "Backtest of a rollback to revision 1" in await visitor.page(backtest)
    assert "Nothing was replayed yet." in await visitor.page(f"{PROGRAMS}/2/roll-back/backtest")
    assert (await visitor.get(f"{PROGRAMS}/9/roll-back/backtest")).status_code == 404


async def test_a_rollback_shows_what_it_would_change(api: Api, visitor: Visitor) -> None:
    gold = PROGRAM.replace("from: 500", "from: 700")
    await api.programs.deploy(files(program=gold, reactors__spring=SPRING), by="eve")

    words = await visitor.page(f"{PROGRAMS}/1/roll-back")

    assert "Changes since revision 2" in words
    assert "removed reactor spring" in words
    assert "0 passed, 0 failed" in words


async def test_the_revision_in_force_is_not_offered_to_be_rolled_back_to(visitor: Visitor) -> None:
    question = await visitor.get(f"{PROGRAMS}/1/roll-back")

    assert "Revision 1 is in force" in text_of(question)
    assert 'action="/console/stores/DEFAULT/program/1/roll-back"' not in question.text


async def test_a_rollback_to_tests_that_fail_needs_a_tick(api: Api, visitor: Visitor) -> None:
    fails = "test: x\nat: 2024-05-01T09:00:00\nsteps: [{event: app_login}, {expect: {points: 6000}}]\n"
    await api.programs.deploy(files() | {"tests/x.yaml": fails.encode()}, by="eve")
    await api.programs.deploy(files(program=CHANGED), by="eve")
    question = await visitor.get(f"{PROGRAMS}/2/roll-back")

    refused = await visitor.post(f"{PROGRAMS}/2/roll-back", hidden_of(question))
    done = await visitor.post(f"{PROGRAMS}/2/roll-back", hidden_of(question) | {"_failing": "true"})

    assert (refused.status_code, done.status_code) == (400, 303)
    assert "1 test fails. Put it in force all the same" in text_of(refused)


async def test_an_unknown_revision_is_no_page(visitor: Visitor) -> None:
    for path in ("9", "9/roll-back", "nothing"):
        assert 400 <= (await visitor.get(f"{PROGRAMS}/{path}")).status_code < 500, path


async def test_a_place_leads_to_its_line_and_the_reactor_to_its_events(api: Api, visitor: Visitor) -> None:
    await api.report(type="purchase", body={"total": 4})
    event = (await api.get("/api/DEFAULT/customEvent"))["items"][0]["customEventId"]
    outcome = RuleOutcome("reactor/points-for-purchase", "fired", "it has no condition", place=PLACE)
    await api.write(lambda tx: tx.events.set_decided(event, Decision((outcome,)), now=datetime.now(UTC)))

    why = await visitor.get(f"{HOME}/events/{event}")
    file = await visitor.get(f"{PROGRAMS}/1/file?path=reactors/points-for-purchase.yaml&line=2")
    reactor = await visitor.get(f"{HOME}/reactors/points-for-purchase")

    assert "program/1/file?path=reactors%2Fpoints-for-purchase.yaml&amp;line=1#line" in why.text
    assert f"{HOME}/reactors/points-for-purchase" in why.text
    assert '<li class="is-marked" id="line" aria-current="true">on: purchase</li>' in file.text
    assert f"{HOME}/reactors/points-for-purchase" in file.text
    assert f"{HOME}/events/{event}" in reactor.text
    assert "program/1/file?path=reactors%2Fpoints-for-purchase.yaml" in reactor.text


async def test_a_file_or_reactor_that_is_not_there_is_no_page(visitor: Visitor) -> None:
    for path in ("", "?path=nothing", "?path=../../etc/passwd", "?path=<script>"):
        assert (await visitor.get(f"{PROGRAMS}/1/file{path}")).status_code == 404, path
    for line in ("x", "-1", "9" * 30, "0"):
        answer = await visitor.get(f"{PROGRAMS}/1/file?path=program.yaml&line={line}")
        assert (answer.status_code, "is-marked" in answer.text) == (200, False), line
    assert (await visitor.get(f"{HOME}/reactors/nothing")).status_code == 404
    assert "this is not a place in the list" in await visitor.page(f"{HOME}/reactors/points-for-purchase?_scroll=x")
