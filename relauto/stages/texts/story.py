"""The incident as every text tells it."""

from relauto.comms.story import Story, tell
from relauto.stages.bench import Bench


def tell_story(bench: Bench) -> Story:
    """Return the incident as texts tell it, as of now."""
    return tell(
        bench.incident,
        bench.playbook,
        now=bench.clock.now(),
        contacts=bench.settings.contacts,
        product=bench.settings.product,
    )
