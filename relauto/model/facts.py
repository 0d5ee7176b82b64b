"""Facts of events: values that the public may see, how they are compared, digested and told."""

import hashlib
import re
from typing import Any

import msgspec

Facts = dict[str, Any]
"""Public-safe JSON values: commit ids, numbers, tags, digests. No free text, no names of people."""


def digest_facts(facts: Facts) -> str:
    """Return the SHA-256 of facts, as hex: the same values in any order, the same digest."""
    content = msgspec.json.encode(normalise(facts), order="deterministic")
    return hashlib.sha256(content).hexdigest()


_DIGEST = re.compile(r"[0-9a-f]{64}")


def tell_facts(facts: Facts) -> str:
    """Return facts as a sentence names them: digests by their first twelve digits, addresses left out.

    Entries of a list are told each by its own values: `merged 1 5a1c…`.
    """
    return ", ".join(f"{name} {told}" for name, value in facts.items() if (told := _tell(value)))


def _tell(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(filter(None, map(_tell, value.values())))
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(_tell, value)))
    if value is None or isinstance(value, bool) or "://" in str(value):
        return ""
    text = str(value)
    return text[:12] if _DIGEST.fullmatch(text) else text


def normalise(facts: Facts) -> Facts:
    """Return facts as they come back from the journal: plain strings, lists instead of tuples."""
    plain: Facts = msgspec.json.decode(msgspec.json.encode(facts, enc_hook=str))
    return plain
