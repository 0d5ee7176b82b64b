"""Why git did not get through: the host refused for rights, or it was not reached."""

import re

from relauto.authority import explain_distrust
from relauto.git.address import Address
from relauto.git.denial import Deed, find_denial, was_let_in
from relauto.git.errors import UnreachableError
from relauto.git.runner import Answer
from relauto.proxy import explain_proxy, find_proxy

# git says these before it has sent anything but a question.
_NOT_REACHED = re.compile(
    r"^fatal: (unable to access|Authentication failed|could not read (Username|Password)|unable to connect"
    r"|repository .* not found|'.*' does not appear to be a git repository)"
    r"|^ssh: |^remote: (Repository not found|Invalid username)",
    re.MULTILINE | re.IGNORECASE,
)
# In the words of curl, old and new.
_BY_PROXY = re.compile(
    r"(?i)^fatal: unable to access .*(from proxy|CONNECT tunnel failed|resolve proxy|proxy CONNECT)",
    re.MULTILINE,
)
_CONNECT = re.compile(r"(?i)failed to connect to (\S+) port (\d+)")
_ASKED = re.compile(r"could not read (?:Username|Password) for '[^']*?([^/@']+)/?'")


def find_refusal(address: Address, deed: Deed, answer: Answer) -> UnreachableError | None:
    """Return the error for a git process that was not let in or did not get there, None for any other."""
    if _is_stopped_by_proxy(address, answer.error):
        return UnreachableError(
            f"{address.url} was not reached: {answer.error}", todo=explain_proxy(address.url)
        )
    if denial := find_denial(address, deed, answer):
        return denial
    if was_let_in(answer) or not _NOT_REACHED.search(answer.error):
        return None
    todo = "check the address, the network and the token"
    if "certificate" in answer.error:
        todo = explain_distrust(address.authority)
    return UnreachableError(f"{address.url} was not reached: {answer.error}", todo=todo)


def _is_stopped_by_proxy(address: Address, said: str) -> bool:
    if _BY_PROXY.search(said):
        return True
    proxy, connect, asked = find_proxy(address.url), _CONNECT.search(said), _ASKED.search(said)
    met = ":".join(connect.groups()) if connect else asked[1] if asked else ""
    return proxy is not None and met == proxy.address
