"""Pages of merges: two members are found, previewed and merged for a reason."""

from access import Permission
from tests.api.merges.test_routes import do, two
from tests.console.members.test_routes import register
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, hidden_of, text_of, visiting

NEW = f"{HOME}/merges/new"


async def test_two_members_are_previewed_and_merged_for_a_reason(api: Api, visitor: Visitor) -> None:
    anna, bert = await two(api)
    typed = {"_survivor": "anna@example.com", "mergedCustomer": "+48500100200", "comment": ""}
    fields = hidden_of(await visitor.get(NEW)) | typed

    preview = await visitor.post(NEW, fields | {"_do": "preview"})
    confirmed = fields | hidden_of(preview) | {"_do": "merge"}
    no_reason = await visitor.post(NEW, confirmed)
    asked = await visitor.post(NEW, confirmed | {"comment": "one person, two cards"})
    waiting = await visitor.page(asked.headers["location"])
    await do(api, asked.headers["location"].rpartition("/")[2])
    done = await visitor.page(asked.headers["location"])
    followed = await visitor.page(asked.headers["location"], headers={"hx-request-type": "partial"})

    words = text_of(preview)
    assert preview.status_code == 200
    for expected in ("What who stays will have", "points 0 30 30", "1 lot of points", "lastName", "size", "phone"):
        assert expected in words, expected
    assert (no_reason.status_code, asked.status_code) == (400, 303)
    assert 'id="f-comment-error"' in no_reason.text
    assert "waiting" in waiting
    assert "one person, two cards" in done
    assert "What it did" in done
    assert followed.startswith("Status done")
    assert "done" in await visitor.page(f"{HOME}/merges?status=done&customerId={anna}")
    assert (await api.get(f"/api/DEFAULT/member/{bert}"))["customerId"] == anna


async def test_what_was_not_previewed_is_not_merged(api: Api, visitor: Visitor) -> None:
    anna, bert = await two(api)
    cleo = await register(api, "cleo@example.com")
    fields = {"_survivor": anna, "mergedCustomer": bert, "comment": "the same"}

    preview = await visitor.post(NEW, fields | {"_do": "preview"})
    other = await visitor.post(NEW, fields | hidden_of(preview) | {"mergedCustomer": cleo, "_do": "merge"})
    swapped = await visitor.post(NEW, fields | {"_do": "swap"})

    assert other.status_code == 200
    assert hidden_of(other)["_previewed"] == f"{anna}/{cleo}"
    assert hidden_of(swapped)["_previewed"] == f"{bert}/{anna}"
    assert (await api.get("/api/DEFAULT/merge"))["items"] == []


async def test_who_cannot_be_found_or_merged_is_said_at_the_field(api: Api, visitor: Visitor) -> None:
    anna, _ = await two(api)
    for email in ("dora@example.com", "dana@example.com"):
        await api.post("/api/DEFAULT/member", {"customer": {"email": email, "lastName": "Twin"}})

    unknown = await visitor.post(NEW, {"_survivor": anna, "mergedCustomer": "nobody@example.com"})
    empty = await visitor.post(NEW, {})
    several = await visitor.post(NEW, {"_survivor": anna, "mergedCustomer": "twin", "comment": "typed before"})
    itself = await visitor.post(NEW, {"_survivor": anna, "mergedCustomer": "anna@example.com"})

    assert [each.status_code for each in (unknown, empty, several, itself)] == [400] * 4
    assert "no member is known by this" in unknown.text
    assert 'id="f-_survivor-error"' in empty.text
    assert '<select class="form-select is-invalid" id="f-mergedCustomer"' in several.text
    assert "dora@example.com" in several.text
    assert form_of(several, having="comment")["comment"] == "typed before"
    assert 'id="f-mergedCustomer-error"' in itself.text


async def test_who_may_not_merge_is_offered_nothing_and_refused(api: Api) -> None:
    anna = await register(api)
    role = await add_role(api, "readers", frozenset(Permission) - {Permission.MERGE_MEMBERS})
    await add_administrator(api, "reader", role=role)
    async with visiting(api) as visitor:
        await visitor.log_in("reader")
        shown = await visitor.get(f"{HOME}/members/{anna}")
        refused = await visitor.post(NEW, {"_survivor": anna, "mergedCustomer": anna, "_do": "merge"})

    assert "merges/new" not in shown.text
    assert refused.status_code == 403
    assert "CUSTOMER_MERGE MODIFY" in text_of(refused)
