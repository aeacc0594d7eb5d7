"""python-amazon-sp-api's asynchronous clients: the same requests, many at once."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

from sp_api.asyncio.api import FulfillmentOutbound
from sp_api.asyncio.auth import AccessTokenClient

from sp_api_caller import US, order
from stockpool_amazon_sim import Simulator
from stockpool_amazon_sim.sp_api.server import SpApiServer


def test_many_orders_at_once(server: SpApiServer, simulator: Simulator) -> None:
    class TokenClient(AccessTokenClient):
        scheme, host = "http://", server.url.removeprefix("http://")

    async def place() -> None:
        marketplace = SimpleNamespace(endpoint=server.url, marketplace_id=US, region="us-east-1")
        async with FulfillmentOutbound(
            marketplace,
            credentials={
                "refresh_token": f"Atzr|{server.url}",
                "lwa_app_id": "app",
                "lwa_client_secret": "secret",
            },
            auth_token_client_class=TokenClient,
        ) as api:
            await api.list_all_fulfillment_orders()
            await asyncio.gather(
                *(api.create_fulfillment_order(**order(f"F-{n}", 1)) for n in range(40))
            )
            # It closes its own connections, and leaves open that for tokens.
            await api._auth._transport.aclose()

    asyncio.run(place())
    assert len(simulator.fulfillment_order_ids()) == 40
    assert simulator.audit() == []
