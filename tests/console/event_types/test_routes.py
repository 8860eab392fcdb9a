"""Pages of event types: their fields, and a new one from a sample, into the draft, and simulated under it."""

import html

from access import Permission
from tests.kit.access import add_administrator, add_role
from tests.kit.api import Api
from tests.kit.console import HOME, Visitor, form_of, text_of, visiting

TYPES = f"{HOME}/event-types"
NEW = f"{TYPES}/_new"
SAMPLE = '{"type": "review", "body": {"stars": 5, "text": "<b>Good</b>", "items": [{"sku": "1"}], "a.b": 1}}'


async def test_event_types_are_listed_and_shown_as_fields(visitor: Visitor) -> None:
    listed = await visitor.page(TYPES)
    shown = await visitor.page(f"{TYPES}/purchase")

    assert "purchase" in listed
    assert "member_registered" not in listed
    assert "total number yes" in shown
    assert "channel text no web, store" in shown
    assert (await visitor.get(f"{TYPES}/nothing")).status_code == 404


async def test_a_sample_becomes_an_event_type_in_the_draft(api: Api, visitor: Visitor) -> None:
    proposed = await visitor.post(NEW, {"_do": "propose", "sample": SAMPLE})
    form = form_of(proposed, having="eventType") | {"name": "A review", "fields.0.choices": "1, 5"}
    shown = await visitor.post(NEW, form | {"_do": "preview"})
    kept = await visitor.post(NEW, form_of(shown, having="eventType") | {"_do": "keep"})
    again = await visitor.post(NEW, form_of(shown, having="eventType") | {"_do": "keep", "name": "Another"})
    simulated = await visitor.post(
        f"{HOME}/simulate",
        {"_type": "review", "draft": "true", "event.eventDate": "2026-05-01T10:00:00", "event.body": "stars: 9"},
    )

    assert "'a.b' is left out" in text_of(proposed)
    assert form["eventType"] == "review"
    assert form["fields.0.path"] == "stars"
    assert "event: review title: &#34;A review&#34;" in " ".join(shown.text.split())
    draft = await api.get("/api/DEFAULT/program/draft/file", params={"path": "events/review.yaml"})
    assert "enum: [1, 5]" in draft["text"]
    assert "required: [stars, text, items]" in draft["text"]
    assert kept.headers["location"] == f"{HOME}/simulate?draft=true&type=review"
    assert again.status_code == 409
    assert "9 is not one of 1 or 5" in text_of(simulated)
    assert "Simulate: A review" in await visitor.page(kept.headers["location"])
    assert (await visitor.get(f"{HOME}/simulate?type=review")).status_code == 404


async def test_a_sample_and_the_rows_outlive_every_answer(api: Api, visitor: Visitor) -> None:
    typed = {"sample": SAMPLE, "eventType": "a b", "name": "Mine", "fields.0.path": "x y", "fields.0.choices": "1"}

    answers = {
        "refused": await visitor.post(NEW, typed | {"_do": "preview"}),
        "wrong": await visitor.post(NEW, typed | {"_do": "propose", "sample": "[]"}),
        "shown": await visitor.post(NEW, typed | {"_do": "preview", "eventType": "ab", "fields.0.path": "x"}),
    }
    kept = {name: form_of(each, having="eventType") for name, each in answers.items()}

    assert [each.status_code for each in answers.values()] == [400, 400, 200]
    for name, sample, event_type, path in (
        ("refused", SAMPLE, "a b", "x y"),
        ("wrong", "[]", "a b", "x y"),
        ("shown", SAMPLE, "ab", "x"),
    ):
        form = kept[name]
        found = (form["sample"], form["eventType"], form["name"], form["fields.0.path"], form["fields.0.choices"])
        assert found == (sample, event_type, "Mine", path, "1"), name


BAD_SAMPLES = {
    "": "",
    "not: [json": "line 2, column 1",
    "[]": "the list is empty",
    "7": "a sample is an event",
    "x" * 10_000: "a sample is an event",
    "<script>alert(1)</script>": "a sample is an event",
    '{"a": ' * 200 + "1" + "}" * 200: "deep",
    '{"a": 1, "a": 2}': "twice",
    "x" * 300_000: "",
}


async def test_a_bad_sample_is_refused_at_its_field(visitor: Visitor) -> None:
    for sample, words in BAD_SAMPLES.items():
        answer = await visitor.post(NEW, {"_do": "propose", "sample": sample})

        assert answer.status_code == 400, sample[:80]
        at = html.unescape(answer.text.partition('id="f-sample-error">')[2].partition("</div></div>")[0])
        assert at, sample[:80]
        assert words in at, (sample[:80], at)
        assert "<script>alert" not in answer.text


BAD_FORMS = (
    ({"eventType": ""}, "eventType", "a name is 1 to 64"),
    ({"eventType": "../../etc/passwd"}, "eventType", "a name is 1 to 64"),
    ({"eventType": "member_registered"}, "eventType", "built in"),
    ({"name": "x" * 300}, "name", ""),
    ({"fields.0.path": "a..b"}, "fields-0-path", "is not a field"),
    ({"fields.0.path": "items[].sku"}, "fields-0-path", "there is no field items[]"),
    ({"fields.0.type": "nonsense"}, "fields-0-type", ""),
    ({"fields.0.type": "boolean", "fields.0.choices": "1"}, "fields-0-choices", "choices are texts or numbers"),
    ({"fields.7.path": "total", "fields.7.type": "text"}, "fields-1-path", "stands twice"),
    ({"fields.0.description": "x" * 600}, "fields-0-description", ""),
)


async def test_a_form_that_makes_no_event_type_is_refused_at_its_fields(visitor: Visitor) -> None:
    good = {"eventType": "sale", "name": "A sale", "fields.0.path": "total", "fields.0.type": "number"}
    for changed, field, words in BAD_FORMS:
        answer = await visitor.post(NEW, good | changed | {"_do": "preview"})

        assert answer.status_code == 400, changed
        at = html.unescape(answer.text.partition(f'id="f-{field}-error">')[2].partition("</div></div>")[0])
        assert at, changed
        assert words in at, (changed, at)
    assert (await visitor.post(NEW, good | {"_do": "preview"})).status_code == 200


async def test_who_may_not_edit_programs_is_not_offered_a_new_one(api: Api) -> None:
    role = await add_role(api, "reads", frozenset(Permission) - {Permission.EDIT_PROGRAMS})
    await add_administrator(api, "reads", role=role)
    async with visiting(api) as visitor:
        await visitor.log_in("reads")

        assert "_new" not in (await visitor.get(TYPES)).text
        assert (await visitor.get(NEW)).status_code == 403
        assert (await visitor.post(NEW, {"_do": "propose", "sample": SAMPLE})).status_code == 403
