"""Pages of the draft without scripts: files are added, edited, cured, copied, renamed, removed, and follow others."""

import json

from access import Permission
from console.drafts.files import KINDS
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, hidden_of, text_of, visiting
from tests.kit.programs import PROGRAM, files

DRAFT = f"{HOME}/program/draft"
FILE = f"{DRAFT}/file"
SPRING = "reactors/spring.yaml"
WRONG = """\
reactor: spring  # twice
on: app_login
when: {'==': [{var: member.teir}, silver]}
then: [{award_points: {points: 5}}]
"""
FETCH = {"Origin": "http://laurel", "X-Requested-With": "fetch"}


def at(path: str = SPRING) -> str:
    return f"{FILE}?path={path}"


async def fields(visitor: Visitor, text: str, path: str = SPRING) -> dict[str, str]:
    """What the form of the editor sends with a text."""
    hidden = hidden_of(await visitor.get(at(path)))
    return {"path": path, "version": hidden["version"], "text": text}


async def texts(api: Api) -> dict[str, str]:
    return {each["path"]: each["change"] for each in (await api.get("/api/DEFAULT/program/draft"))["files"]}


async def stored(api: Api, path: str = SPRING) -> str:
    return str((await api.get("/api/DEFAULT/program/draft/file", params={"path": path}))["text"])


async def test_a_file_is_added_checked_cured_copied_renamed_and_removed(api: Api, visitor: Visitor) -> None:
    added = await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    again = await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    await visitor.post(FILE, await fields(visitor, WRONG))
    wrong = await visitor.page(at())
    listed = await visitor.page(DRAFT)
    cured = await visitor.post(FILE, await fields(visitor, WRONG) | {"_cure": "3:21"})
    right = await visitor.page(at())

    assert (added.status_code, again.status_code) == (303, 303)
    assert added.headers["location"] == again.headers["location"] == at("reactors%2Fspring.yaml")
    assert "Line 3, column 21" in wrong
    assert "member.teir is unknown" in wrong
    assert "1 changed file" in listed
    assert "1 error." in listed
    assert cured.status_code == 303
    assert "Nothing is wrong in this file." in right
    assert await stored(api) == WRONG.replace("teir", "tier")

    await visitor.post(f"{FILE}/copy", {"path": SPRING, "copy.path": "autumn"})
    taken = await visitor.post(f"{FILE}/copy", {"path": SPRING, "copy.path": "events/text.yaml"})
    await visitor.post(f"{FILE}/rename", {"path": SPRING, "rename.path": "reactors/march.yaml"})
    bad = await visitor.post(f"{FILE}/rename", {"path": "reactors/march.yaml", "rename.path": "elsewhere/x.yaml"})

    assert (await stored(api, "reactors/autumn.yaml")).startswith("reactor: autumn  # twice\n")
    assert (await stored(api, "reactors/march.yaml")).startswith("reactor: spring  # twice\n")
    assert (taken.status_code, bad.status_code) == (409, 400)
    assert "choose another name" in text_of(taken)
    assert "not a path of a program file" in text_of(bad)
    assert SPRING not in await texts(api)

    march = hidden_of(await visitor.get(at("reactors/march.yaml")))["version"]
    await visitor.post(f"{FILE}/remove", {"_path": "reactors/march.yaml", "version": march})
    removed = await visitor.post(f"{FILE}/remove", {"_path": "program.yaml", "version": "of another text"})
    assert removed.status_code == 409
    assert "reactors/march.yaml" not in await texts(api)
    assert (await visitor.post(f"{DRAFT}/discard")).status_code == 303
    assert set((await texts(api)).values()) == {"none"}


async def test_a_text_that_was_changed_in_another_window_is_shown_beside_the_sent_one(
    api: Api, visitor: Visitor
) -> None:
    await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    before = await fields(visitor, WRONG)
    await visitor.post(FILE, before)

    late = await visitor.post(FILE, before | {"text": "reactor: spring # mine\n"})
    script = await visitor.post(FILE, before | {"text": "reactor: spring # mine\n"}, headers=FETCH)
    confirmed = await visitor.post(FILE, {**hidden_of(late), "path": SPRING, "text": "reactor: spring # mine\n"})

    assert late.status_code == 409
    assert "# twice" in late.text
    assert "# mine" in late.text
    assert (script.status_code, script.json()["conflict"]["stored"]) == (409, WRONG)
    assert confirmed.status_code == 303
    assert await stored(api) == "reactor: spring # mine\n"


async def test_a_script_saves_and_completes(api: Api, visitor: Visitor) -> None:
    await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    saved = await visitor.post(FILE, await fields(visitor, WRONG), headers=FETCH)
    asked = {"path": SPRING, "text": WRONG, "line": "2", "column": "8"}
    completed = await visitor.post(f"{FILE}/completion", asked, headers=FETCH)
    nonsense = await visitor.post(f"{FILE}/completion", asked | {"line": "x"}, headers=FETCH)

    assert [each["cure"]["text"] for each in saved.json()["problems"]] == ["member.tier"]
    assert "Write <bdi>member.tier</bdi>" in saved.json()["html"]
    assert saved.json()["version"] == hidden_of(await visitor.get(at()))["version"]
    assert "app_login" in json.dumps(completed.json())
    assert nonsense.status_code == 400


async def test_a_draft_takes_over_another_revision(api: Api, visitor: Visitor) -> None:
    other = PROGRAM.replace("points: 7d", "points: 9d")
    mine = PROGRAM + "# mine\n"
    await visitor.post(FILE, await fields(visitor, mine, "program.yaml"))
    await api.programs.deploy(files(program=other, reactors__other=WRONG.replace("teir", "tier")), by="eve")
    api.programs._in_force.clear()

    warned = await visitor.page(DRAFT)
    question = await visitor.get(f"{DRAFT}/rebase")
    form = hidden_of(question) | {"path": "program.yaml", "text": other + "# mine\n"}
    undecided = await visitor.post(f"{DRAFT}/rebase", form | {"keep": ""})
    done = await visitor.post(f"{DRAFT}/rebase", form | {"keep": "mine"})

    assert "is in force, and your draft is based on" in warned
    assert "changed by others, too" in warned
    assert "points: 9d" in question.text
    assert "# mine" in question.text
    assert (undecided.status_code, done.status_code) == (409, 303)
    assert "# mine" in undecided.text
    assert "points: 9d" in form_of(undecided, having="text")["text"]
    assert await stored(api, "program.yaml") == other + "# mine\n"
    assert "reactors/other.yaml" in await texts(api)
    assert "No file was changed by both" in await visitor.page(f"{DRAFT}/rebase")


async def test_theirs_can_be_taken(api: Api, visitor: Visitor) -> None:
    await visitor.post(FILE, await fields(visitor, PROGRAM + "# mine\n", "program.yaml"))
    await api.programs.deploy(files(program=PROGRAM + "# theirs\n"), by="eve")
    api.programs._in_force.clear()
    form = hidden_of(await visitor.get(f"{DRAFT}/rebase")) | {"path": "program.yaml", "text": ""}

    await visitor.post(f"{DRAFT}/rebase", form | {"keep": "theirs"})

    assert await stored(api, "program.yaml") == PROGRAM + "# theirs\n"
    assert set((await texts(api)).values()) == {"none"}


async def test_bad_forms_are_refused_and_nothing_is_lost(api: Api, visitor: Visitor) -> None:
    large = await visitor.post(FILE, {"path": SPRING, "version": "", "text": "#" * 600_000})
    unnamed = await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": ""})
    nowhere = await visitor.post(f"{DRAFT}/new", {"kind": "x", "path": "../y"})
    rebased = await visitor.post(f"{DRAFT}/rebase", {"_inForce": "nonsense"})

    assert large.status_code == 400
    assert "#" * 1000 in large.text
    assert (unnamed.status_code, nowhere.status_code, rebased.status_code) == (400, 400, 400)
    for path in ("/file", "/file?path=reactors/none.yaml", "/file?path="):
        assert (await visitor.get(DRAFT + path)).status_code in (400, 404), path
    for action in ("copy", "rename", "remove", "restore"):
        assert (await visitor.post(f"{FILE}/{action}", {"_path": "reactors/none.yaml", "path": "x"})).status_code == 404
    assert set((await texts(api)).values()) == {"none"}


async def test_a_draft_is_planned_deployed_with_a_note_and_rolled_back(api: Api, visitor: Visitor) -> None:
    await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    wrong = await visitor.post(FILE, await fields(visitor, WRONG))
    at_fault = await visitor.page(f"{DRAFT}/plan")
    await visitor.post(
        FILE, await fields(visitor, WRONG.replace("member.teir", "member.tier").replace("silver", "bronze"))
    )
    await visitor.post(f"{DRAFT}/new", {"kind": "tests", "path": "spring"})
    test = (
        "test: x\nat: 2024-05-01T09:00:00\nmember: {tier: bronze}\nsteps: [{event: app_login}, {expect: {points: 6}}]\n"
    )
    await visitor.post(FILE, await fields(visitor, test, "tests/spring.yaml"))
    planned = await visitor.get(f"{DRAFT}/plan")
    words = text_of(planned)

    assert wrong.status_code == 303
    assert "member.teir is unknown" in at_fault
    assert "added reactor spring" in words
    assert "0 passed, 1 failed" in words
    assert "expected 6 , got 5" in words
    assert "Nothing was replayed yet." in words

    late = hidden_of(planned)
    await visitor.post(FILE, await fields(visitor, test.replace("6", "5"), "tests/spring.yaml"))
    refused = await visitor.post(f"{DRAFT}/plan", late)
    done = await visitor.post(f"{DRAFT}/plan", hidden_of(await visitor.get(f"{DRAFT}/plan")) | {"note": "for March"})
    api.programs._in_force.clear()
    shown = await visitor.get(done.headers["location"])

    assert refused.status_code == 400
    assert "it was changed since" in text_of(refused)
    assert done.status_code == 303
    assert "Revision 2 is in force. Roll back to revision 1" in text_of(shown)
    assert "for March" in text_of(shown)
    assert f"{HOME}/program/1/roll-back" in shown.text
    back = await visitor.post(
        f"{HOME}/program/1/roll-back", hidden_of(await visitor.get(f"{HOME}/program/1/roll-back"))
    )
    assert back.status_code == 303


async def test_a_draft_whose_tests_fail_is_deployed_only_by_ticking_a_box(api: Api, visitor: Visitor) -> None:
    await visitor.post(f"{DRAFT}/new", {"kind": "tests", "path": "spring"})
    fails = "test: x\nat: 2024-05-01T09:00:00\nsteps: [{event: app_login}, {expect: {points: 6000}}]\n"
    await visitor.post(FILE, await fields(visitor, "test: [", "tests/spring.yaml"))
    unreadable = await visitor.page(f"{DRAFT}/plan")
    await visitor.post(FILE, await fields(visitor, fails, "tests/spring.yaml"))
    planned = hidden_of(await visitor.get(f"{DRAFT}/plan"))

    refused = await visitor.post(f"{DRAFT}/plan", planned | {"note": "all the same"})
    begun = await visitor.post(f"{DRAFT}/backtest", planned | {"days": "2", "_failing": "true"})
    kept = form_of(await visitor.get(begun.headers["location"]), having="note")
    done = await visitor.post(f"{DRAFT}/plan", planned | {"_failing": "true"})

    assert "The tests have errors, so none was run. Put it in force all the same" in unreadable
    assert refused.status_code == 400
    assert "Its tests fail." in text_of(refused)
    assert "1 test fails. Put it in force all the same" in text_of(refused)
    assert (form_of(refused, having="note")["note"], kept["_failing"]) == ("all the same", "true")
    assert done.status_code == 303


async def test_two_people_at_one_program_lose_nothing_of_each_other(api: Api, visitor: Visitor) -> None:
    designer = await add_administrator(api, "designer")
    async with visiting(api) as other:
        await other.log_in(designer.username)
        await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "mine"})
        await visitor.post(FILE, await fields(visitor, PROGRAM + "# mine\n", "program.yaml"))
        await other.post(FILE, await fields(other, PROGRAM + "# theirs\n", "program.yaml"))
        seen = await other.page(DRAFT)
        mine, theirs = [await each.get(f"{DRAFT}/plan") for each in (visitor, other)]

        first = await visitor.post(f"{DRAFT}/plan", hidden_of(mine))
        api.programs._in_force.clear()
        late = await other.post(f"{DRAFT}/plan", hidden_of(theirs))
        question = await other.get(f"{DRAFT}/rebase")
        decided = {"path": "program.yaml", "keep": "mine", "text": PROGRAM + "# mine\n# theirs\n"}
        await other.post(f"{DRAFT}/rebase", hidden_of(question) | decided)
        second = await other.post(f"{DRAFT}/plan", hidden_of(await other.get(f"{DRAFT}/plan")))

    assert "mine.yaml" not in seen
    assert (first.status_code, late.status_code, second.status_code) == (303, 409, 303)
    assert "Revision 2 is in force, and your draft is based on 1" in text_of(late)
    assert ("# mine" in question.text, "# theirs" in question.text) == (True, True)
    whole = (await api.get("/api/DEFAULT/program/3"))["files"]
    assert whole["program.yaml"].endswith("# mine\n# theirs\n")
    assert "reactors/mine.yaml" in whole


async def test_who_may_not_edit_or_deploy_is_not_offered_it(api: Api) -> None:
    editing = await add_role(api, "editor", frozenset({Permission.EDIT_PROGRAMS, Permission.VIEW_PROGRAMS}))
    editor, viewer = await add_administrator(api, "editor", role=editing), await add_administrator(api, "viewer")
    async with visiting(api) as visitor:
        await visitor.log_in(editor.username)
        await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
        planned = await visitor.get(f"{DRAFT}/plan")
        refused = await visitor.post(f"{DRAFT}/plan", hidden_of(planned))
    async with visiting(api) as visitor:
        await visitor.log_in(viewer.username)
        listed = await visitor.get(f"{HOME}/program")
        closed = await visitor.get(DRAFT)

    assert (planned.status_code, refused.status_code, listed.status_code, closed.status_code) == (200, 403, 200, 403)
    assert "_fingerprint" not in planned.text
    assert f"{HOME}/program/draft" not in listed.text


async def test_a_new_file_of_each_kind_is_right(api: Api, visitor: Visitor) -> None:
    for folder in KINDS:
        await visitor.post(f"{DRAFT}/new", {"kind": folder, "path": f"new-{folder}"})

    assert {each["path"] for each in (await api.get("/api/DEFAULT/program/draft"))["files"]} >= {
        f"{folder}/new-{folder}.yaml" for folder in KINDS
    }
    assert (await api.get("/api/DEFAULT/program/draft/problems"))["problems"] == []
    assert (await api.post("/api/DEFAULT/program/draft/plan", {})).json()["tests"]["passed"] == 1


async def test_a_text_that_is_not_saved_is_kept_by_the_other_forms_of_its_page(api: Api, visitor: Visitor) -> None:
    await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    text = "reactor: spring\non: app_login\nthen: []  # new\n"
    typed = await fields(visitor, text) | {"copy.path": "autumn", "rename.path": "elsewhere/x.yaml"}

    saved = await visitor.post(FILE, typed)
    late = await visitor.post(f"{FILE}/copy", typed | {"text": "# later\n"})
    now = typed | {"version": hidden_of(await visitor.get(at()))["version"], "text": f"{text}# more\n"}
    refused = await visitor.post(f"{FILE}/rename", now)
    copied = await visitor.post(f"{FILE}/copy", now | {"version": hidden_of(refused)["version"]})

    shown = await visitor.get(saved.headers["location"])
    assert 'value="autumn"' in shown.text
    assert (late.status_code, refused.status_code, copied.status_code) == (409, 400, 303)
    assert "# later" in late.text
    assert "# more" in refused.text
    assert 'id="f-rename-path-error"' in refused.text
    assert await stored(api) == f"{text}# more\n"
    assert await stored(api, "reactors/autumn.yaml") == f"{text}# more\n".replace("spring", "autumn")


async def test_what_is_changed_in_blocks_is_written_into_the_text(api: Api, visitor: Visitor) -> None:
    text = "# mine\nreactor: spring\non: app_login   # each\nthen: [{award_points: {points: 5, round: down}}]  # five\n"
    await visitor.post(f"{DRAFT}/new", {"kind": "reactors", "path": "spring"})
    await visitor.post(FILE, await fields(visitor, text))
    shown = await visitor.get(at())
    form = {"path": SPRING, "version": hidden_of(shown)["version"], "at:3:5": "purchase", "at:4:32": "70"}

    script = await visitor.post(f"{FILE}/blocks", form | {"at:4:42": "up"}, headers=FETCH)
    stale = await visitor.post(f"{FILE}/blocks", form | {"at:4:32": "8"})
    now = form | {"version": script.json()["version"]}
    wrong = await visitor.post(f"{FILE}/blocks", now | {"at:4:32": "many"})
    done = await visitor.post(f"{FILE}/blocks", now | {"at:4:32": "9"})

    assert 'name="at:4:32" value="5"' in shown.text
    assert "<option selected>app_login</option>" in shown.text
    changed = text.replace("app_login", "purchase").replace("down", "up")
    assert script.json()["text"] == changed.replace("5", "70")
    assert (stale.status_code, wrong.status_code, done.status_code) == (409, 400, 303)
    assert "this is a number" in text_of(wrong)
    assert await stored(api) == changed.replace("5", "9")
    fragment = await visitor.get(f"{FILE}/blocks?path={SPRING}")
    assert 'name="at:4:32" value="9"' in fragment.text
    await visitor.post(FILE, await fields(visitor, "a: ["))
    assert "cannot be drawn" in await visitor.page(at())


async def test_a_json_file_is_begun_checked_cured_and_copied_as_json(api: Api, visitor: Visitor) -> None:
    path, copied = "reactors/spring.json", "reactors/autumn.json"
    wrong = '{"reactor": "spring", "on": "app_login", "when": {"==": [{"var": "member.teir"}, "x"]}, "then": []}'
    for kind in KINDS:
        await visitor.post(f"{DRAFT}/new", {"kind": kind, "path": "spring.json"})
    begun = json.loads(await stored(api, path))
    shown = await visitor.page(at(path))
    await visitor.post(FILE, await fields(visitor, wrong, path))
    problem = (await visitor.post(FILE, await fields(visitor, wrong, path), headers=FETCH)).json()["problems"][0]
    await visitor.post(FILE, await fields(visitor, wrong, path) | {"_cure": f"{problem['line']}:{problem['column']}"})
    await visitor.post(f"{FILE}/copy", {"path": path, "copy.path": "autumn.json"})

    assert begun == {"reactor": "spring", "on": "member_registered", "then": [{"award_points": {"points": 1}}]}
    assert "Ctrl+Space completes." in shown
    assert "Write into the text" in shown
    assert await stored(api, path) == wrong.replace("teir", "tier")
    assert await stored(api, copied) == wrong.replace("teir", "tier").replace('"spring"', '"autumn"')
    for kind in KINDS:
        text = await stored(api, f"{kind}/spring.json")
        assert json.loads(text)[kind.removesuffix("s")] == "spring", kind
