"""relauto takes a Sev 1 fix from its branch to a dot release in the customer's hands."""

__version__ = "0.1.0"
