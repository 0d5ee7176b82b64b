"""relauto's tasks for Invoke: `inv --list` in a checkout, `relauto --list` anywhere."""

from relauto.tasks import namespace

__all__ = ["namespace"]
