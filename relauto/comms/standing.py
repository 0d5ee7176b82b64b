"""How a door stands, in words."""

from relauto.model.door import Standing


def describe_standing(standing: Standing) -> str:
    """Return who has said yes, who did so too long ago, and how many more are needed."""
    said = f"{', '.join(standing.given)} said yes" if standing.given else "nobody has said yes yet"
    old = f"; the yes of {', '.join(standing.expired)} is too old" if standing.expired else ""
    return f"{said}{old}; {standing.lacking} more needed"


def describe_holders(standing: Standing) -> str:
    """Return who may still say yes, and what to do where they are too few."""
    whom = ", ".join(standing.whom) or "nobody"
    return f"{whom}: too few, name more in roster.toml" if standing.is_stuck else whom
