"""The hub: a GitHub of one's own on loopback, over real bare repositories.

It serves the part of GitHub's REST and GraphQL interfaces that the path to a dot release needs, and git
over HTTP. Refs, commits, tags and merges live in the bare repositories alone; a SQLite file beside them
keeps what git cannot hold. Nothing is kept in memory between two requests.
"""

from relauto.hub.server import Hub

__all__ = ["Hub"]
