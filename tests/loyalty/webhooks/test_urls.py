import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.webhooks.addresses import parse_allow_list
from loyalty.webhooks.urls import check_url, parse_url

LOOPBACK = parse_allow_list("127.0.0.0/8,::1/128")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "http://example.com:8080/hook?store=1",
        "https://EXAMPLE.com./hook#part",
        "https://żabka.example/ścieżka?q=ż",
        "https://8.8.8.8/hook",
        "https://[2606:4700::1111]:8443/hook",
        "https://under_score.example.com/",
        "http://receiver/hook",
    ],
)
def test_a_public_url_is_accepted(url):
    assert check_url(url) is None


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "begins with https:// or http://"),
        ("example.com/hook", "begins with"),
        ("ftp://example.com/", "begins with"),
        ("file:///etc/passwd", "begins with"),
        ("gopher://example.com/", "begins with"),
        ("javascript:alert(1)", "begins with"),
        ("https://", "names no host"),
        ("https:///hook", "names no host"),
        ("https://a..b/", "names no host"),
        ("https://-a.example/", "names no host"),
        ("https://exa%6dple.com/", "names no host"),
        ("https://[::1/", "unreadable"),
        ("https://[fe80::1%25eth0]/", "names no host"),
        ("https://[v1.fe80]/", "names no host"),
        ("https://user:secret@example.com/", "no user name or password"),
        ("https://example.com@127.0.0.1/", "no user name or password"),
        ("https://@example.com/", "no user name or password"),
        ("https://example.com:99999/", "unreadable"),
        ("https://example.com:http/", "unreadable"),
        ("https://example.com:0/", "port 0"),
        ("https://example.com:25/", "port 25"),
        ("https://example.com:-1/", "unreadable"),
        ("https://example.com/a b", "no spaces"),
        ("https://example.com/\r\nX-Evil: 1", "no spaces"),
        ("https://exam\tple.com/", "no spaces"),
        ("https://example.com/\x00", "no spaces"),
        ("https://example.com\\@127.0.0.1/", "backslashes"),
        ("https://example.com/\u202ehook", "no spaces"),
        ("https://example.com/" + "a" * 2000, "at most 2,000 characters"),
    ],
)
def test_an_invalid_url_is_refused_with_the_reason(url, reason):
    assert reason in (check_url(url) or "")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "017700000001",
        "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
        "127。0。0。1",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[2002:7f00:1::]",
        "[64:ff9b::7f00:1]",
        "[fec0::1]",
        "0.0.0.0",
        "0",
        "169.254.169.254",
        "100.64.0.1",
        "localhost",
        "LOCALHOST.",
        "api.localhost",
        "printer.local",
        "metadata.google.internal",
    ],
)
def test_a_private_host_is_refused_with_the_correction(host):
    reason = check_url(f"http://{host}/hook")

    assert reason is not None
    assert "LAUREL_WEBHOOK_ALLOW" in reason


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "[::1]", "localhost", "printer.local"])
def test_an_allowed_host_is_accepted(host):
    assert check_url(f"http://{host}:9000/hook", LOOPBACK) is None


def test_the_allow_list_opens_nothing_else():
    assert check_url("http://10.0.0.1/", LOOPBACK) is not None
    assert check_url("http://localhost/", parse_allow_list("10.0.0.0/8")) is not None


def test_a_url_becomes_the_ascii_parts_of_a_request():
    url = parse_url("HTTPS://Bücher.example:8443/ścieżka/%20?q=ż&r=[1]#part")

    assert (url.scheme, url.host, url.port) == ("https", "xn--bcher-kva.example", 8443)
    assert url.target == "/%C5%9Bcie%C5%BCka/%20?q=%C5%BC&r=[1]"
    assert url.host_header == "xn--bcher-kva.example:8443"


@pytest.mark.parametrize(
    ("url", "header"),
    [
        ("https://example.com:443/", "example.com"),
        ("http://example.com:443/", "example.com:443"),
        ("http://[::1]:80/", "[::1]"),
        ("http://[0:0::1]:8080/", "[::1]:8080"),
    ],
)
def test_the_host_header_is_as_browsers_write_it(url, header):
    assert parse_url(url).host_header == header


@given(st.text() | st.text().map("http://".__add__) | st.text().map("https://[".__add__))
def test_no_text_breaks_the_check(text):
    reason = check_url(text)

    assert reason is None or reason
