"""`serve`: the HTTP API."""

from __future__ import annotations

import socket

from socialsync_cli.cli.actions.measuring import measure
from socialsync_cli.cli.actions.sync import warn
from socialsync_cli.cli.invocation import Invocation
from socialsync_cli.errors import UsageError
from socialsync_cli.show.plain import PlainProgress
from socialsync_cli.store.database import Database
from socialsync_cli.store.schema import migrate


def serve_api(call: Invocation, *, host: str, port: int, metrics_host: str, metrics_port: int | None) -> int:
    """Serve until told to stop."""
    config = call.load()
    warn(call, config)
    try:
        import uvicorn

        from socialsync_cli.api.app import make_app
        from socialsync_cli.api.starting import Starter
    except ModuleNotFoundError as error:
        raise UsageError(
            f"{error.name} is missing; the API needs an extra: pip install 'socialsync-cli[api]'"
        ) from error
    database = Database(config.settings.database.url)
    try:
        migrate(database)
    finally:
        database.close()
    measure(call, metrics_host, metrics_port)
    listener = _listen(host, port)
    where = f"http://{host}:{listener.getsockname()[1]}"
    starter = Starter(call.load, call.environ, lambda: PlainProgress(call.lines))
    server = uvicorn.Server(uvicorn.Config(make_app(call.load, starter), log_config=None, access_log=call.verbose > 0))
    call.lines.write(f"serving the API at {where}/v1, its description at {where}/docs", event="ready", url=where)
    server.run(sockets=[listener])
    return 0


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(f"{host}:{port} cannot be listened to: {error.strerror}") from error
