"""The tests of a draft on a page: what each expected and where, and the lines that no test reaches."""

from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, text_of

TESTS = f"{HOME}/program/draft/tests"
REACTOR = """\
reactor: big
on: purchase
when: {">=": [{var: event.body.total}, 100]}
then: [{award_points: {points: 5}}]
"""
GOOD = """\
test: small
at: 2026-01-01T09:00:00
steps:
  - {event: purchase, body: {total: 7}}
  - expect: {points: 7}
"""
BAD = """\
test: large
at: 2026-01-01T09:00:00
steps:
  - {event: purchase, body: {total: 8}}
  - expect:
      points: 9
      tier: gold
"""


async def put(api: Api, **texts: str) -> None:
    for path, text in texts.items():
        file = {"path": path.replace("__", "/") + ".yaml", "text": text, "version": ""}
        assert (await api.http.put("/api/DEFAULT/program/draft/file", json=file)).status_code == 200


async def test_tests_run_and_say_what_they_expected_and_what_they_did_not_reach(api: Api, visitor: Visitor) -> None:
    empty = text_of(await visitor.post(TESTS))
    await put(api, reactors__big=REACTOR, tests__good=GOOD, tests__bad=BAD)

    before = await visitor.page(TESTS)
    done = await visitor.post(TESTS)
    marks = (await visitor.post(f"{TESTS}/coverage", {"path": "reactors/big.yaml"})).json()
    reached = (await visitor.post(f"{TESTS}/coverage", {"path": "reactors/points-for-purchase.yaml"})).json()
    unknown = (await visitor.post(f"{TESTS}/coverage", {"path": "<script>"})).json()

    assert "There is no test yet" in empty
    assert "tests/good.yaml" in before
    words = text_of(done)
    assert "1 passed, 1 failed" in words
    assert "points : expected 9 , was 8 tests/bad.yaml:6:15" in words
    assert "tier : expected gold , was bronze" in words
    assert "/program/draft/file?path=tests%2Fbad.yaml&amp;line=6" in done.text
    assert "big never fired" in words
    assert [each["line"] for each in marks["lines"]] == [1, 3, 4]
    assert "was never true" in marks["lines"][1]["missing"][0]
    assert (marks["passed"], marks["failed"]) == (1, 1)
    assert reached["lines"] == unknown["lines"] == []


async def test_a_text_that_is_not_saved_yet_is_saved_before_its_tests_run(api: Api, visitor: Visitor) -> None:
    await put(api, tests__good=GOOD)
    path = "tests/good.yaml"
    form = form_of(await visitor.get(f"{HOME}/program/draft/file?path={path}"), having="text")

    done = await visitor.post(TESTS, form | {"text": GOOD.replace("points: 7", "points: 8")})
    late = await visitor.post(TESTS, form | {"text": "# typed in another window"})

    assert "expected 8 , was 7" in text_of(done)
    assert late.status_code == 409
    assert "# typed in another window" in late.text
    stored = await api.get("/api/DEFAULT/program/draft/file", params={"path": path})
    assert "points: 8" in stored["text"]


async def test_a_draft_with_errors_runs_no_tests(api: Api, visitor: Visitor) -> None:
    await put(api, tests__bad="test: x\nsteps: nonsense\n")

    answer = await visitor.post(TESTS)

    assert answer.status_code == 400
    assert "tests/bad.yaml" in answer.text or "steps" in text_of(answer)
    assert "errors" in (await visitor.post(f"{TESTS}/coverage", {"path": "a"})).json()["message"]
