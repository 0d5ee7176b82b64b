"""The proxy on the way to GitHub, named without the password that its address may hold."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Proxy:
    """`address` is HOST:PORT; `variable` names it."""

    address: str
    variable: str


def is_past_proxies(url: str) -> bool:
    """Return whether a URL is asked without a proxy, whatever is set: a hub on this machine, without TLS."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname in _LOOPBACK


def find_proxy(url: str, environment: Mapping[str, str] = os.environ) -> Proxy | None:
    """Return the proxy that the environment names for a URL; NO_PROXY is not looked at."""
    own = f"{urlsplit(url).scheme}_proxy"
    for name in (own, own.upper(), "all_proxy", "ALL_PROXY"):
        if environment.get(name):
            address = re.sub(r"^\w+://", "", environment[name]).rpartition("@")[2]
            return Proxy(address.rstrip("/"), name)
    return None


def explain_proxy(url: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return what to do where the proxy does not let a request to a URL through."""
    proxy = find_proxy(url, environment)
    named = f"the proxy {proxy.address} ({proxy.variable})" if proxy else "the proxy of git's http.proxy"
    return f"{named} does not let it through: mend that, or name the host in NO_PROXY"
