"""Commands about the HTTP API: `serve`, `keys`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.cli.options import Json, MetricsHost, MetricsPort, command, rooms_commands

commands = rooms_commands()


@command(commands, "serve")
def serve(
    call: Invocation,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535, metavar="N", help="0: any that is free.")] = 8000,
    metrics_port: MetricsPort = None,
    metrics_host: MetricsHost = "127.0.0.1",
) -> int:
    """Serve the HTTP API.

    Every request needs a key: `socialsync keys create` makes one. Runs are queued if [celery] names a queue, else
    carried out by this very process. The API describes itself at /docs and /openapi.json. Put a proxy with TLS in
    front before it listens to other machines.

    Example: socialsync serve --port 8000
    """
    from socialsync_cli.cli.actions.serve import serve_api

    return serve_api(call, host=host, port=port, metrics_host=metrics_host, metrics_port=metrics_port)


class KeyAction(StrEnum):
    """What can be done about keys."""

    CREATE = "create"
    LIST = "list"
    REVOKE = "revoke"


@command(commands, "keys")
def keys(
    call: Invocation,
    action: Annotated[KeyAction, typer.Argument(metavar="create|list|revoke", help="What to do.")],
    key_id: Annotated[str | None, typer.Argument(metavar="[KEY_ID]", help="For revoke: as `keys list` says.")] = None,
    user: Annotated[
        str | None, typer.Option("--user", "-u", metavar="ID", help="For create: whose runs and pages it opens.")
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help="For create: it opens everything.")] = False,
    name: Annotated[str, typer.Option("--name", metavar="TEXT", help="For create: what it is for.")] = "",
    as_json: Json = False,
) -> int:
    """Make, list or revoke keys for the HTTP API.

    A new key is printed once; what the database keeps of it opens nothing.

    Example: socialsync keys create --user acme --name dashboard

    Example: socialsync keys revoke 3f9a1c20b7de
    """
    from socialsync_cli.cli.actions.keys import create_key, list_keys, revoke_key

    match action:
        case KeyAction.CREATE:
            return create_key(call, user=user, admin=admin, name=name, as_json=as_json)
        case KeyAction.LIST:
            return list_keys(call, as_json=as_json)
        case KeyAction.REVOKE:
            return revoke_key(call, key_id, as_json=as_json)
