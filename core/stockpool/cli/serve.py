"""`stockpool serve`: takes the channels' webhooks in over HTTP."""

from __future__ import annotations

import logging
import socket
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from stockpool.cli.logs import log_to_stderr
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption
from stockpool.cli.output import say
from stockpool.cli.session import opened
from stockpool.errors import ConfigurationError

if TYPE_CHECKING:
    from stockpool.engine import Engine

_CONNECTIONS_MOST = 100
_STOP_SECONDS = 10


def serve(
    config: ConfigOption = DEFAULT_CONFIG,
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="The port to listen at; 0: a free one.")
    ] = 8787,
    proxy: Annotated[
        str,
        typer.Option(
            help="Addresses of proxies whose X-Forwarded-For is believed, with commas between."
        ),
    ] = "127.0.0.1",
    log_level: Annotated[
        str, typer.Option("--log-level", help="debug, info, warning or error; to stderr.")
    ] = "info",
) -> None:
    """Take webhooks in at /webhooks/CHANNEL, and answer at /healthz and /metrics.

    Each is verified by its channel and stored before it is answered; the workers read the channel
    again. Put a proxy with TLS in front, and let it pass only /webhooks/. Ends on SIGTERM.

    \b
    Example:
      stockpool serve --host 0.0.0.0 --port 8787 --proxy 10.0.0.5
    """
    if log_level.upper() not in ("DEBUG", "INFO", "WARNING", "ERROR"):
        raise typer.BadParameter(
            f"{log_level!r}: say debug, info, warning or error", param_hint="--log-level"
        )
    log_to_stderr(log_level)
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    with opened(config) as engine:
        _serve(engine, host, port, proxy)


def _serve(engine: Engine, host: str, port: int, proxy: str) -> None:
    try:
        import uvicorn

        from stockpool.webhooks.application import application
    except ImportError:
        raise ConfigurationError(
            "`stockpool serve` needs the extra: pip install 'stockpool[serve]'"
        ) from None
    channels = ", ".join(sorted(engine.webhooks.channels))
    if not channels:
        raise ConfigurationError("channels: none of the configured channels takes webhooks")
    app = application(engine.webhooks, engine.database, engine.clock)
    server = uvicorn.Server(
        uvicorn.Config(
            app,
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=True,
            forwarded_allow_ips=proxy,
            limit_concurrency=_CONNECTIONS_MOST,
            timeout_graceful_shutdown=_STOP_SECONDS,
        )
    )
    with _listening(host, port) as listener:
        where = f"http://{host}:{listener.getsockname()[1]}"
        say(f"Webhooks are taken in at {where}/webhooks/CHANNEL, for: {channels}")
        sys.stdout.flush()
        server.run([listener])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol named, answers are sent at once (TCP_NODELAY) and not 40 ms later.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ConfigurationError(f"{host}:{port}: {error.strerror}") from None
    return listener
