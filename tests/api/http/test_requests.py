"""Request bodies that are malformed, not an object, too long, too deep, or hold values that cannot be stored."""

from collections.abc import AsyncIterator

import pytest
import structlog

from tests.kit.api import KEY, Api

PATH = "/api/DEFAULT/customEvent"
EVENT = '{"event": {"type": "text", "eventDate": "2024-05-01T00:00:00", "customerData": {"email": "a"}, "body": %s}}'


async def send(api: Api, text: str | bytes, **headers: str):
    return await api.http.post(PATH, content=text, headers=headers)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"event": }', "line 1, column 11"),
        ('{\n"event": {\n', "line 3"),
        ('{"event": {}, "event": {}}', '"event" is given twice'),
        (b'{"event": "\xff"}', "not UTF-8"),
        ('{"event": NaN}', "NaN"),
        ("[" * 100_000, "deep"),
        ('{"event": ' + "9" * 5000 + "}", "digits"),
        ('{"event": 1e999999999}', "number"),
    ],
)
async def test_malformed_json_is_refused_with_its_place(api: Api, text: str | bytes, message: str):
    answer = await send(api, text)

    assert answer.status_code == 400, answer.text
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["path"]) == ("malformedJson", "")
    assert message in fault["message"]


@pytest.mark.parametrize("text", ["[]", "7", '"event"', "null", "true"])
async def test_a_body_that_is_not_an_object_is_refused(api: Api, text: str):
    answer = await send(api, text)

    assert answer.json()["errors"][0]["code"] == "notAnObject"


async def test_an_empty_body_is_refused_because_the_event_is_missing(api: Api):
    answer = await send(api, "")

    assert answer.json()["errors"] == [{"message": "this is required: send it", "code": "missing", "path": "event"}]


@pytest.mark.parametrize(
    ("body", "code", "path"),
    [
        (r'{"key": "a\u0000b"}', "unkeepableText", "event.body.key"),
        (r'{"a\u0000b": 1}', "unkeepableText", "event.body.(key)"),
        (r'{"key": "\ud800"}', "unkeepableText", "event.body.key"),
        ('{"n": 1000000000000001}', "numberTooLarge", "event.body.n"),
        ('{"n": -1e16}', "numberTooLarge", "event.body.n"),
        ('{"n": 1e6000}', "numberTooLarge", "event.body.n"),
        ('{"n": 1e-6000}', "numberTooLong", "event.body.n"),
        ('{"n": 0.' + "1" * 35 + "}", "numberTooLong", "event.body.n"),
        ('{"n": ' + "[" * 70 + "]" * 70 + "}", "tooDeep", "event.body.n" + ".0" * 62),
    ],
)
async def test_a_value_that_cannot_be_stored_or_shown_unchanged_is_refused(
    api_anywhere: Api, body: str, code: str, path: str
):
    answer = await send(api_anywhere, EVENT % body)

    assert answer.status_code == 400, answer.text
    (fault,) = answer.json()["errors"]
    assert (fault["code"], fault["path"]) == (code, path)


async def test_a_whole_surrogate_pair_is_accepted(api_anywhere: Api):
    answer = await send(api_anywhere, EVENT % r'{"key": "\ud83d\ude00"}')

    details = await api_anywhere.get(f"{PATH}/{answer.json()['customEventId']}")
    assert details["body"] == {"key": "\N{GRINNING FACE}"}


@pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", "nonsense"])
async def test_json_is_read_under_any_media_type(api: Api, media_type: str):
    answer = await send(api, EVENT % "{}", **{"Content-Type": media_type})

    assert answer.status_code == 200


async def test_a_body_with_a_content_length_over_the_limit_is_not_read(api: Api):
    answer = await send(api, EVENT % ('{"key": "' + "x" * 256 * 1024 + '"}'))

    assert answer.status_code == 413
    assert answer.json() == {"code": 413, "message": "the body is larger than 256 KiB: send less at once"}


async def test_a_body_without_a_content_length_is_not_read_beyond_the_limit(api: Api):
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 10 * 1024 * 1024:
            read += 65536
            yield b" " * 65536

    answer = await send(api, endless())

    assert answer.status_code == 413


async def test_a_client_that_disconnects_within_its_body_is_logged_as_no_error(api: Api):
    sent: list[dict] = []
    messages = iter([{"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"}])
    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(b"authorization", KEY.encode())],
        "server": ("laurel", 80),
        "scheme": "http",
    }

    async def receive() -> dict:
        return next(messages)

    async def send(message: dict) -> None:
        sent.append(message)

    with structlog.testing.capture_logs() as logs:
        await api.app(scope, receive, send)

    assert (sent, [entry["log_level"] for entry in logs]) == ([], ["info"])
