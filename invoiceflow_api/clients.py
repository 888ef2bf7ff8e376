"""Who a client is: its address, as limits count it; and which proxies are believed when they name another's address."""

import ipaddress
from typing import Final

_UNKNOWN: Final = "unknown"
IPV6_PREFIX: Final = 64
"""Bits of an IPv6 address that one client is counted by: providers give each customer at least such a network."""


def client_key(address: str | None) -> str:
    """What limits are counted by: an IPv4 address, an IPv6 network, or one name for all that have none (a local socket)."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return _UNKNOWN
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), IPV6_PREFIX), strict=False))


class TrustedProxies:
    """The networks of INVOICEFLOW_TRUSTED_PROXIES."""

    def __init__(self, listed: str) -> None:
        """`listed`: addresses and networks, comma-separated."""
        self.addresses = [part.strip() for part in listed.split(",") if part.strip()]
        self._networks = [ipaddress.ip_network(address) for address in self.addresses]

    def __contains__(self, address: str | None) -> bool:
        """Whether this is the address of a trusted proxy."""
        try:
            parsed = ipaddress.ip_address(address or "")
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)
