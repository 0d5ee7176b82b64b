"""Where relauto runs, as the machine says it in the environment."""

import os
from collections.abc import Mapping


def is_workflow(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this is a step of a workflow on GitHub, as its runner says."""
    return _is_set(environment, "GITHUB_ACTIONS")


def is_ci(environment: Mapping[str, str] = os.environ) -> bool:
    """Return whether this machine is one of CI, as CI systems say."""
    return is_workflow(environment) or _is_set(environment, "CI")


def _is_set(environment: Mapping[str, str], name: str) -> bool:
    return environment.get(name, "").lower() not in ("", "0", "false")
