"""Why a timeline is not known yet, in words that a customer may read.

The reason is the first thing on the way to the customer's recovery that is not settled.
"""

from relauto.model.incident import SETTLED, Incident, StepState
from relauto.model.playbook import Playbook

_REASONS = {
    "investigate.cause": "the cause has not been found yet",
    "investigate.solution": "the solution has not been decided yet",
    "investigate.pr": "the correction is not written yet",
    "prepare.merge": "the correction is still being reviewed",
    "prepare.pick": "the correction still has to be brought to your version",
    "prepare.candidate": "the release candidate has not been built yet",
    "prepare.verify": "the release candidate is still being verified",
    "prepare.release": "the verified candidate has not been released yet",
    "deploy.send": "the release has not been handed over yet",
    "deploy.upgrade-staging": "the upgrade of your staging environment has not been reported yet",
    "deploy.verify-staging": "the check in your staging environment has not been reported yet",
    "deploy.upgrade-production": "the upgrade of your production environment has not been reported yet",
    "deploy.verify-production": "the check in your production environment has not been reported yet",
    "resolve.monitor": "the correction is being watched in your environment",
    "resolve.confirm": "your confirmation is outstanding",
}
_STOPPED = {
    "prepare.pick": "the correction does not fit your version as it is and has to be adapted",
    "prepare.verify": "the last release candidate did not pass its verification",
}
_PROVEN_BY_LATER = ("investigate.cause", "investigate.solution")


def name_unknown(incident: Incident, playbook: Playbook) -> str:
    """Return what the timeline depends on: the first unsettled step between cause and confirmation."""
    known = {step.key for step in playbook.steps}
    written = incident.state("investigate.pr", now=True) in SETTLED
    for key, reason in _REASONS.items():
        if key not in known or (written and key in _PROVEN_BY_LATER):
            continue
        state = incident.state(key, now=True)
        if state not in SETTLED:
            return _STOPPED.get(key, reason) if state is StepState.REFUSED else reason
    return "every step up to your confirmation is done"
