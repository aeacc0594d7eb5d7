"""An HTTP server around a simulator, in a thread of this process."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Self

from stockpool.errors import ConfigurationError
from stockpool_amazon_sim.simulator import Simulator
from stockpool_amazon_sim.sp_api.application import Application
from stockpool_amazon_sim.sp_api.asgi import Asgi
from stockpool_amazon_sim.sp_api.callbacks import Callbacks


class SpApiServer:
    """Serves a simulator's SP-API at `url` from `start` to `stop`; also as a context manager.

    Args:
        simulator: whose state is served; it stays the caller's, who closes it.
        port: 0 takes a free one.

    Raises:
        ConfigurationError: if the extra `simulator` is not installed, or the port is taken.
    """

    def __init__(self, simulator: Simulator, *, host: str = "127.0.0.1", port: int = 0) -> None:
        try:
            import uvicorn
        except ImportError:
            raise ConfigurationError(
                "the simulator's HTTP server needs: pip install 'stockpool[simulator]'"
            ) from None
        self.simulator = simulator
        self.application = Application(simulator)
        self._asgi = Asgi(self.application)
        self._callbacks = Callbacks(simulator)
        # With the protocol named, answers are sent at once (TCP_NODELAY) and not 40 ms later.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self._socket.bind((host, port))
        except OSError as error:
            self._socket.close()
            raise ConfigurationError(f"{host}:{port}: {error.strerror}") from None
        self.url = f"http://{host}:{self._socket.getsockname()[1]}"
        self.application.url = self.url
        # It would write its own Date, where ours is the simulator's, and log each request.
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._asgi,
                lifespan="off",
                access_log=False,
                log_config=None,
                # A connection that is broken off on purpose is no error.
                log_level="critical",
                date_header=False,
                server_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=5,
            )
        )
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="sp-api-server", daemon=True
        )

    def start(self) -> Self:
        """Answer from now on."""
        self._socket.listen(128)
        self._thread.start()
        self._callbacks.start()
        return self

    def wait(self) -> None:
        """Until the server is stopped."""
        self._thread.join()

    def end(self) -> None:
        """Take no more calls; `wait` returns when those under way have ended."""
        self.application.ending = True
        self._server.should_exit = True

    def stop(self) -> None:
        """Let the calls under way end, and give back the port."""
        self.end()
        self._callbacks.stop()
        if self._thread.is_alive():
            self._thread.join()
        self._asgi.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
