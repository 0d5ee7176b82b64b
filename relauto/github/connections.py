"""What GraphQL says of a list beside its nodes."""

import msgspec


class PageInfo(msgspec.Struct, frozen=True, rename="camel"):
    """Whether a connection goes on behind what came."""

    has_next_page: bool
