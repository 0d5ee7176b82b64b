"""Accounts as GitHub names them, by GraphQL and by REST alike."""

import msgspec

GHOST = "ghost"
"""The login GitHub shows for a deleted account, which its API leaves out."""


class ActorNode(msgspec.Struct, frozen=True):
    """GraphQL's Actor."""

    login: str
    kind: str = msgspec.field(default="User", name="__typename")

    @property
    def name(self) -> str:
        """The login as REST writes it: a bot's ends in `[bot]`, which GraphQL leaves out."""
        bare = self.kind != "Bot" or self.login.endswith("[bot]")
        return self.login if bare else f"{self.login}[bot]"


class RestUser(msgspec.Struct, frozen=True):
    """REST's simple user; `type` is User, Bot, Organization or Mannequin."""

    login: str
    type: str = "User"


class LabelNode(msgspec.Struct, frozen=True):
    """A label, of which the name is all that is read."""

    name: str


class Labels(msgspec.Struct, frozen=True):
    """GraphQL's LabelConnection."""

    nodes: list[LabelNode]


def name_actor(actor: ActorNode | None) -> str:
    """Return an actor's login."""
    return actor.name if actor else GHOST


def name_user(user: RestUser | None) -> str:
    """Return a user's login."""
    return user.login if user else GHOST
