"""Why nothing came back: told from what the HTTP library raised, which hides the reason deep inside."""

import re
import ssl
from collections.abc import Iterator

import requests

from relauto.authority import Authority, explain_distrust
from relauto.errors import AwayError, InputError, RelautoError
from relauto.github.faults import NoReplyError
from relauto.proxy import explain_proxy, find_proxy

_UNUSABLE = (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema)
_REFUSED = re.compile(r"Tunnel connection failed: 4\d\d")


def explain_silence(
    what: str, address: str, error: requests.RequestException, authority: Authority | None
) -> RelautoError:
    """Return the error for a request that was not answered.

    It is a NoReplyError where another attempt may be answered, or where the request may have arrived.

    Args:
        what: the request, as it is told: verb and path.
        address: where it went, by which its proxy is found.
        error: what the library raised.
        authority: whose certificates were trusted.
    """
    proxy, causes = find_proxy(address), list(_list_causes(error))
    if proxy and isinstance(error, _UNUSABLE):
        return InputError(
            f"{proxy.variable} does not hold the address of a proxy that can be used",
            todo="write it as http://HOST:PORT, or http://NAME:PASSWORD@HOST:PORT",
        )
    if isinstance(causes[-1], ssl.SSLCertVerificationError):
        why = causes[-1].verify_message
        return AwayError(
            f"{address} was not asked: its certificate is not trusted ({why})",
            todo=explain_distrust(authority),
        )
    if isinstance(error, requests.exceptions.ProxyError):
        kind = AwayError if _REFUSED.search(str(causes[-1])) else NoReplyError
        return kind(f"GitHub did not answer {what} ({causes[-1]})", todo=explain_proxy(address))
    why = "in time" if isinstance(error, requests.Timeout) else f"({type(error).__name__})"
    todo = "check the network and https://www.githubstatus.com, then run again"
    return NoReplyError(f"GitHub did not answer {what} {why}", todo=todo)


def _list_causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and those that it wraps, the innermost last."""
    yield error
    inner = getattr(error, "reason", None)
    if not isinstance(inner, BaseException):
        inner = next((each for each in error.args if isinstance(each, BaseException)), None)
    if inner is not None:
        yield from _list_causes(inner)
