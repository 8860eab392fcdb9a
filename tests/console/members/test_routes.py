"""Pages of members."""

from access import Permission
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, hidden_of, visiting

MEMBERS = f"{HOME}/members"


async def register(api: Api, email: str = "anna@example.com") -> str:
    answer = await api.post("/api/DEFAULT/member", {"customer": {"email": email, "firstName": "Anna"}})
    return str(answer.json()["customerId"])


async def test_members_are_listed_filtered_and_opened(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    await register(api, "bert@example.com")

    everybody = await visitor.page(MEMBERS)
    bert = await visitor.page(f"{MEMBERS}?emailOrPhone=bert@example.com")
    one = await visitor.page(f"{MEMBERS}/{anna}")

    assert "2 in all" in everybody
    assert "1 in all" in bert
    assert "anna@example.com" in one
    assert "bronze" in one


async def test_a_member_is_registered_by_the_form_and_what_is_wrong_is_said_at_its_field(visitor: Visitor) -> None:
    form = hidden_of(await visitor.get(f"{MEMBERS}/new"))

    wrong = {"customer.email": "cleo@example.com", "customer.birthDate": "soon"}
    refused = await visitor.post(f"{MEMBERS}/new", form | wrong)
    made = await visitor.post(f"{MEMBERS}/new", form | {"customer.email": "cleo@example.com"})

    assert refused.status_code == 400
    assert 'value="soon"' in refused.text
    assert 'id="f-customer-birthDate-error"' in refused.text
    assert made.status_code == 303
    assert "cleo@example.com" in await visitor.page(made.headers["location"])


async def test_a_profile_is_changed_and_an_emptied_field_is_removed(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    answer = await visitor.get(f"{MEMBERS}/{anna}/change")
    fields = hidden_of(answer) | {"customer.email": "anna@example.com", "customer.lastName": "Nowak"}

    changed = await visitor.post(f"{MEMBERS}/{anna}/change", fields | {"customer.firstName": ""})

    assert 'value="Anna"' in answer.text
    assert changed.status_code == 303
    shown = await api.get(f"/api/DEFAULT/member/{anna}")
    assert (shown.get("firstName"), shown["lastName"]) == (None, "Nowak")


async def test_a_member_is_deactivated_and_activated_again(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    page = await visitor.get(f"{MEMBERS}/{anna}")

    await visitor.post(f"{MEMBERS}/{anna}/deactivate", {"_key": hidden_of(page)["_key"]})
    off = (await api.get(f"/api/DEFAULT/member/{anna}"))["active"]
    await visitor.post(f"{MEMBERS}/{anna}/activate")
    on = (await api.get(f"/api/DEFAULT/member/{anna}"))["active"]

    assert (off, on) == (False, True)


async def test_a_member_is_frozen_for_a_reason_and_unfrozen(api: Api, visitor: Visitor) -> None:
    anna = await register(api)
    own = f"{MEMBERS}/{anna}"
    form = hidden_of(await visitor.get(f"{own}/freeze"))

    refused = await visitor.post(f"{own}/freeze", form | {"reason": " "})
    frozen = await visitor.post(f"{own}/freeze", form | {"reason": "Sold on a marketplace."})
    shown, listed = await visitor.page(own), await visitor.page(f"{MEMBERS}?frozen=true")
    form = hidden_of(await visitor.get(f"{own}/unfreeze"))
    too_long = await visitor.post(f"{own}/unfreeze", form | {"reason": "x" * 501})
    unfrozen = await visitor.post(f"{own}/unfreeze", form | {"reason": ""})

    assert (refused.status_code, 'id="f-reason-error"' in refused.text) == (400, True)
    assert (too_long.status_code, 'id="f-reason-error"' in too_long.text) == (400, True)
    assert (frozen.status_code, unfrozen.status_code) == (303, 303)
    assert "Sold on a marketplace." in shown
    assert "Unfreeze" in shown
    assert "1 in all" in listed
    assert "Sold on a marketplace." not in await visitor.page(own)


async def test_a_test_member_is_marked_and_unmarked_by_a_box(api: Api, visitor: Visitor) -> None:
    form = hidden_of(await visitor.get(f"{MEMBERS}/new"))
    made = await visitor.post(f"{MEMBERS}/new", form | {"customer.email": "tess@example.com", "customer.test": "true"})
    own = made.headers["location"]
    others = await visitor.page(f"{MEMBERS}?test=false")
    page = await visitor.get(f"{own}/change")
    marked = [each["test"] for each in (await api.get("/api/DEFAULT/member"))["items"]]

    await visitor.post(f"{own}/change", hidden_of(page) | {"customer.email": "tess@example.com"})

    assert (made.status_code, marked, "checked" in page.text) == (303, [True], True)
    assert "tess@example.com" not in others
    assert [each["test"] for each in (await api.get("/api/DEFAULT/member"))["items"]] == [False]


async def test_a_member_is_anonymised_after_a_question(api: Api, visitor: Visitor) -> None:
    anna = await register(api)

    question = await visitor.page(f"{MEMBERS}/{anna}/anonymize")
    answer = await visitor.post(f"{MEMBERS}/{anna}/anonymize")

    assert "cannot be undone" in question
    assert answer.status_code == 303


async def test_everything_that_is_kept_of_a_member_can_be_downloaded(api: Api, visitor: Visitor) -> None:
    anna = await register(api)

    answer = await visitor.get(f"{MEMBERS}/{anna}/export")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == 'attachment; filename="member.json"'
    assert "anna@example.com" in answer.text


async def test_who_may_not_see_who_members_are_sees_nothing_personal(api: Api) -> None:
    anna = await register(api)
    role = await add_role(api, "counts", frozenset(Permission) - {Permission.VIEW_PERSONAL_DATA})
    await add_administrator(api, "counts", role=role)
    async with visiting(api) as visitor:
        await visitor.log_in("counts")
        pages = [
            (await visitor.get(path)).text
            for path in (MEMBERS, f"{MEMBERS}/{anna}", f"{MEMBERS}/{anna}/correct", f"{MEMBERS}/{anna}/anonymize")
        ]

    assert not [page for page in pages if "anna@example.com" in page or "Anna" in page]


async def test_an_unknown_member_is_no_page(visitor: Visitor) -> None:
    for path in ("nobody", "nobody/correct", "nobody/change", "0190f2a0-0000-7000-8000-00000000dead"):
        assert (await visitor.get(f"{MEMBERS}/{path}")).status_code == 404, path


async def test_a_member_is_found_by_what_somebody_pastes(api: Api, visitor: Visitor) -> None:
    anna = await register(api)

    for text in ("anna@example.com", "ANNA@example.com", anna):
        answer = await visitor.get(f"{HOME}/search", params={"q": text})
        assert answer.headers["location"] == f"{MEMBERS}/{anna}", text
