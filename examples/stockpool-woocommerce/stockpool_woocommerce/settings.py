"""What a merchant says of the shop in `stockpool.toml`."""

from __future__ import annotations

import os

from pydantic import BaseModel, Field

from stockpool.errors import ConfigurationError


class WooCommerceSettings(BaseModel, extra="forbid"):
    """`[channels.NAME]` with `type = "woocommerce"`.

    Attributes:
        url: of the shop, without `/wp-json`.
        key_variable, secret_variable: environment variables with the consumer key and secret of a
            REST API key with read and write access; secrets stay out of files.
        webhook_secret_variable: the one with the secret of the shop's webhooks; None: no webhooks.
        page_orders: orders asked for at a time.
        ship_on_hold: take orders on hold, too (bank transfers, for example); they are held here.
    """

    url: str = Field(pattern=r"^https://")
    key_variable: str = "WOOCOMMERCE_KEY"
    secret_variable: str = "WOOCOMMERCE_SECRET"
    webhook_secret_variable: str | None = None
    page_orders: int = Field(default=50, ge=1, le=100)
    ship_on_hold: bool = False


def secret(channel: str, setting: str, variable: str) -> str:
    """The value of an environment variable.

    Raises:
        ConfigurationError: it is not set.
    """
    value = os.environ.get(variable)
    if not value:
        raise ConfigurationError(
            f"channels.{channel}.{setting}: {variable} is not set in the environment; put there "
            "what WooCommerce > Settings > Advanced shows when the key is made"
        )
    return value
