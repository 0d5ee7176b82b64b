"""An outage on purpose: the hub stays up, and answers nobody, neither the API nor git.

It is a script of its own beside the one of single faults (`relauto.hub.script`).
"""

from pathlib import Path
from typing import Literal, cast, get_args

from relauto.errors import InputError
from relauto.hub.script import OUTAGE, Fault, Rule, write_script
from relauto.hub.store import Store

Mode = Literal["none", "refuse", "silent"]
"""`refuse` answers 503, `silent` closes the connection without a byte."""

_FAULTS: dict[Mode, Fault] = {"refuse": "503-before", "silent": "reset-before"}


def write_outage(store: Store, mode: Mode) -> None:
    """Set the mode for whoever serves this store."""
    fault = _FAULTS.get(mode)
    write_script(store, [Rule(fault=fault, times=None)] if fault else [], name=OUTAGE)


def switch_outage(root: Path, mode: str) -> Mode:
    """Set the mode of the hub whose directory is `root`, served or not; return it.

    Raises:
        InputError: there is no such mode, or no hub in that directory.
    """
    if mode not in get_args(Mode):
        raise InputError(f"there is no outage {mode!r}", todo=f"there are: {', '.join(get_args(Mode))}")
    chosen = cast(Mode, mode)
    with Store.found_in(root) as store:
        write_outage(store, chosen)
    return chosen
