"""GraphQL, over a true subset of GitHub's public schema (`schema.graphql`)."""

from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import msgspec
from flask import Blueprint, Response, g
from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationType,
    build_schema,
    execute_sync,
    get_operation_ast,
    parse,
    validate,
)

from relauto.hub.access import read_budget
from relauto.hub.graph.common import Info, Node, show_actor
from relauto.hub.graph.mutations import list_mutations
from relauto.hub.graph.repositories import show_repository
from relauto.hub.graph.scopes import find_missing_scopes
from relauto.hub.http import answer, current_call, read_body
from relauto.hub.place import ApiError, Call

routes = Blueprint("graphql", __name__)


class _Question(msgspec.Struct):
    query: str
    variables: dict[str, Any] | None = None
    operationName: str | None = None  # noqa: N815 - the protocol's name


@cache
def _schema() -> GraphQLSchema:
    return build_schema(Path(__file__).with_name("schema.graphql").read_text("utf-8"))


@lru_cache(maxsize=64)
def _parse(query: str) -> tuple[DocumentNode, list[GraphQLError]]:
    """Return a query and its faults against the schema; a client asks the same again and again."""
    document = parse(query)
    return document, validate(_schema(), document)


def _root(call: Call) -> Node:
    def find_repository(_: Info, owner: str, name: str) -> Node:
        try:
            return show_repository(call.enter(owner, name))
        except ApiError as error:
            message = f"Could not resolve to a Repository with the name '{owner}/{name}'."
            raise GraphQLError(message, extensions={"type": "NOT_FOUND"}) from error

    def read_limit(_: Info) -> Node:
        budget = read_budget(call.tx, call.viewer, "graphql", call.moment, g.limit, spend=False)
        reset = call.moment.fromtimestamp(budget.reset, call.moment.tzinfo)
        shown = {"limit": budget.limit, "used": budget.used, "remaining": budget.remaining}
        return shown | {"cost": 1, "nodeCount": 1, "resetAt": reset.strftime("%Y-%m-%dT%H:%M:%SZ")}

    return {
        "repository": find_repository,
        "rateLimit": read_limit,
        "viewer": lambda _: show_actor(call, call.login) | {"login": call.login},
    }


def _show_error(error: GraphQLError) -> dict[str, Any]:
    """Show an error as GitHub does, with its `type` beside the message."""
    shown: dict[str, Any] = {"message": error.message}
    if error.path:
        shown["path"] = error.path
    if error.locations:
        shown["locations"] = [{"line": at.line, "column": at.column} for at in error.locations]
    kind = (error.extensions or {}).get("type")
    if kind == "FORBIDDEN":
        shown["extensions"] = {"saml_failure": False}
    return shown | ({"type": kind} if kind else {})


@routes.post("/api/graphql")
def ask() -> Response:
    """Answer a query; faults of the query itself are told in a 200, as GitHub does."""
    call = current_call()
    if call.viewer is None:
        raise ApiError(401, "This endpoint requires you to be authenticated.")
    question = read_body(_Question)
    try:
        document, faults = _parse(question.query)
    except GraphQLError as error:
        return answer({"errors": [_show_error(error)]})
    if faults:
        return answer({"errors": [_show_error(error) for error in faults]})
    lacking = find_missing_scopes(call, _schema(), document)
    if lacking:
        return answer({"data": None, "errors": [_show_error(error) for error in lacking]})
    operation = get_operation_ast(document, question.operationName)
    writes = operation is not None and operation.operation is OperationType.MUTATION
    result = execute_sync(
        _schema(),
        document,
        root_value=list_mutations(call) if writes else _root(call),
        variable_values=question.variables,
        operation_name=question.operationName,
    )
    body: dict[str, Any] = {"data": result.data}
    if result.errors:
        body["errors"] = [_show_error(error) for error in result.errors]
        causes = [error.original_error for error in result.errors]
        for cause in causes:
            if cause and not isinstance(cause, GraphQLError | ApiError):
                raise cause
    return answer(body)
