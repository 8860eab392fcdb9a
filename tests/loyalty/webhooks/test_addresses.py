from ipaddress import ip_address, ip_network

import pytest

from loyalty.webhooks.addresses import parse_allow_list, why_refused

PRIVATE = [
    "0.0.0.0",
    "0.1.2.3",
    "10.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:127.0.0.1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = [
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.32.0.1",
    "2606:4700::1111",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_webhook_goes_to_an_address_that_is_not_public(address):
    assert why_refused(ip_address(address), ()) is not None


@pytest.mark.parametrize("address", PUBLIC)
def test_webhooks_go_to_public_addresses(address):
    assert why_refused(ip_address(address), ()) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "::ffff:127.0.0.1", "fd00::7"])
def test_an_allowed_network_is_open_in_every_form_of_its_addresses(address):
    allow = parse_allow_list("127.0.0.0/8, fd00::/8")

    assert why_refused(ip_address(address), allow) is None
    assert why_refused(ip_address("10.0.0.1"), allow) == "a private address"


def test_an_allow_list_is_networks_separated_by_commas():
    assert parse_allow_list("") == ()
    assert parse_allow_list(" 10.0.0.0/8 ,::1/128,, 192.168.1.7") == (
        ip_network("10.0.0.0/8"),
        ip_network("::1/128"),
        ip_network("192.168.1.7/32"),
    )


@pytest.mark.parametrize("text", ["10.0.0.300", "localhost", "10.0.0.0/99", "10.0.0.0/8;::1/128", "*"])
def test_an_invalid_allow_list_is_refused_with_its_correct_form(text):
    with pytest.raises(ValueError, match=r"LAUREL_WEBHOOK_ALLOW: .* is not a network: write CIDRs with commas"):
        parse_allow_list(text)


def test_an_address_in_place_of_a_network_gets_a_proposal():
    with pytest.raises(ValueError, match=r"did you mean 10\.0\.0\.0/8\?"):
        parse_allow_list("10.1.2.3/8")
