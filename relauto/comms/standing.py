"""How a door stands, and how the lines beside the release do, in words."""

from collections.abc import Iterator

from relauto.comms.wording import enumerate_words
from relauto.model.door import Standing
from relauto.model.incident import Incident


def describe_standing(standing: Standing) -> str:
    """Return who has said yes, who did so too long ago, and how many more are needed."""
    said = f"{', '.join(standing.given)} said yes" if standing.given else "nobody has said yes yet"
    old = f"; the yes of {', '.join(standing.expired)} is too old" if standing.expired else ""
    return f"{said}{old}; {standing.lacking} more needed"


def describe_holders(standing: Standing) -> str:
    """Return who may still say yes, and what to do where they are too few."""
    whom = ", ".join(standing.whom) or "nobody"
    return f"{whom}: too few, name more in roster.toml" if standing.is_stuck else whom


def list_warnings(incident: Incident) -> Iterator[str]:
    """Yield a sentence for the supported lines that are newer than one that gets the fix, and lack it."""
    for each in incident.behind:
        line = each.target.line
        if each.lacking:
            names, some = enumerate_words(each.lacking), len(each.lacking) > 1
            has, there = ("have", "them") if some else ("has", "it")
            yield (
                f"{names} {'are' if some else 'is'} supported and newer than {line}, and {has} not got the "
                f"fix: who upgrades to {there} has the fault again."
            )
        if each.unknown:
            names = enumerate_words(each.unknown)
            yield f"Whether {names}, supported and newer than {line}, got the fix cannot be told."
