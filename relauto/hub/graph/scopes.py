"""What a query asks that a classic token's scopes do not cover, found before anything is read."""

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

from relauto.hub.place import Call

# Whoever asks for a team's name needs to see the organization (cli/cli asks its users for `read:org`).
_SCOPES = {"Team": ("read:org", "read:discussion")}
_WIDER = {"read:org": ("write:org", "admin:org"), "read:discussion": ("write:discussion",)}


def find_missing_scopes(call: Call, schema: GraphQLSchema, document: DocumentNode) -> list[GraphQLError]:
    """Return GitHub's error for each field that needs a scope which the token lacks."""
    token = call.token
    if token is None or token.kind != "classic":
        return []
    types = TypeInfo(schema)
    finder = _Finder(types, token.scopes)
    visit(document, TypeInfoVisitor(types, finder))
    return finder.errors


class _Finder(Visitor):
    def __init__(self, types: TypeInfo, scopes: tuple[str, ...]) -> None:
        super().__init__()
        self.errors: list[GraphQLError] = []
        self._types = types
        self._scopes = scopes

    def enter_field(self, node: FieldNode, *_: object) -> None:
        parent = self._types.get_parent_type()
        wanted = _SCOPES.get(get_named_type(parent).name if parent else "", ())
        enough = {scope for name in wanted for scope in (name, *_WIDER[name])}
        if not wanted or node.name.value.startswith("__") or enough & set(self._scopes):
            return
        message = (
            "Your token has not been granted the required scopes to execute this query. The"
            f" '{node.name.value}' field requires one of the following scopes: {list(wanted)}, but your"
            f" token has only been granted the: {list(self._scopes)} scopes. Please modify your token's"
            " scopes at: https://github.com/settings/tokens."
        )
        self.errors.append(GraphQLError(message, node, extensions={"type": "INSUFFICIENT_SCOPES"}))
