"""The proxy on the way out: `(address, setting) => its URL, or nothing`. HTTP proxies only, and never for this machine.

The setting counts more than HTTPS_PROXY (or HTTP_PROXY for plain addresses); NO_PROXY holds for both.
"""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies_environment, proxy_bypass

from engine.errors import SettingsError

NONE: Final = "none"
"""The setting's word for going without."""
_ALIKE: Final = {"wss": "https", "ws": "http"}


def proxy_for(url: str, setting: str = "") -> str | None:
    """The proxy for an address, as `http://[name:password@]host:port`; None for none.

    Raises `SettingsError` for a proxy that speaks anything but HTTP.
    """
    address = urlsplit(url)
    host = address.hostname or ""
    if setting == NONE or is_loopback(host) or proxy_bypass(host):
        return None
    if setting:
        return _check_proxy(setting, "The setting `proxy`")
    scheme = _ALIKE.get(address.scheme, address.scheme)
    found = getproxies_environment().get(scheme, "")
    return _check_proxy(found, f"The variable {scheme.upper()}_PROXY") if found else None


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, whatever a name server says."""
    try:
        return host == "localhost" or host.endswith(".localhost") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _check_proxy(proxy: str, where: str) -> str:
    """The proxy as a whole URL. What it says is never repeated: it may hold a password."""
    whole = proxy if "://" in proxy else f"http://{proxy}"
    instead = f"Name one in `proxy` as http://HOST:PORT, or set `proxy` to {NONE} to go without."
    scheme = whole.split("://")[0].lower()
    if scheme != "http":
        kind = "a SOCKS proxy" if scheme.startswith("socks") else f"a proxy that speaks {scheme[:10]}"
        raise SettingsError(problem=f"{where} names {kind}, and Pareidolia can use HTTP proxies only. {instead}")
    if not _is_whole(whole):
        raise SettingsError(problem=f"{where} is no address of a proxy. {instead}")
    return whole


def _is_whole(url: str) -> bool:
    try:
        address: SplitResult = urlsplit(url)
        return bool(address.hostname) and address.port != 0
    except ValueError:
        return False
