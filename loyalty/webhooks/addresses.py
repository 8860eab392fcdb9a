"""The addresses that webhooks may be sent to: public ones, and networks on the operator's allow-list.

The list of special networks is our own: `ipaddress.is_global` accepts `fec0::1`, `3fff::1` and wrapped loopback
addresses.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

ALLOW_SETTING = "LAUREL_WEBHOOK_ALLOW"

_NOT_PUBLIC: tuple[tuple[Network, str], ...] = tuple(
    (ip_network(network), what)
    for network, what in (
        ("0.0.0.0/8", "an address of this host"),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "a shared address of a provider"),
        ("127.0.0.0/8", "a loopback address"),
        ("168.63.129.16/32", "a cloud's own service address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "a special-purpose address"),
        ("192.0.2.0/24", "an address for documentation"),
        ("192.88.99.0/24", "a relay address"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "an address for benchmarks"),
        ("198.51.100.0/24", "an address for documentation"),
        ("203.0.113.0/24", "an address for documentation"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
        ("::/128", "an address of this host"),
        ("::1/128", "a loopback address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
        ("2001::/23", "a special-purpose address"),
        ("2001:db8::/32", "an address for documentation"),
        ("3fff::/20", "an address for documentation"),
    )
)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def why_refused(address: Address, allow: tuple[Network, ...]) -> str | None:
    """Return what kind of address this is if webhooks may not be sent to it; None if they may."""
    inner = _unwrapped(address)
    if any(one in network for network in allow for one in (address, inner)):
        return None
    for network, what in _NOT_PUBLIC:
        if inner in network:
            return what
    if isinstance(inner, IPv6Address) and inner not in _GLOBAL_IPV6:
        return "no public address"
    return None


def parse_allow_list(text: str) -> tuple[Network, ...]:
    """Parse the networks of `ALLOW_SETTING`; raise ValueError with the cure."""
    return parse_networks(text, setting=ALLOW_SETTING)


def parse_networks(text: str, *, setting: str) -> tuple[Network, ...]:
    """Parse networks in CIDR form, separated by commas; raise ValueError with the setting and the cure."""
    return tuple(_network(part.strip(), setting) for part in text.split(",") if part.strip())


def _network(text: str, setting: str) -> Network:
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise ValueError(
            f"{setting}: {text!r} is not a network: write CIDRs with commas, as in 127.0.0.0/8,::1/128"
        ) from None
    if "/" in text and ip_address(text.partition("/")[0]) != network.network_address:
        raise ValueError(f"{setting}: {text!r} is one address of a network: did you mean {network}?")
    return network


def _unwrapped(address: Address) -> Address:
    """Return the IPv4 address inside an IPv6 one (v4-mapped, 6to4 or NAT64), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address
