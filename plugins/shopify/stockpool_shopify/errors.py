"""What can go wrong with Shopify, as kinds of the engine's errors.

TransientError
├── PartialAnswer       Shopify left out a part of what was asked for
├── AccessRefused       also a ConfigurationError: token, scope or shop; a person has to mend it
└── ShopClosed          the shop is frozen, locked or gone for now
RejectedError           Shopify understood and refused: its code and words
"""

from __future__ import annotations

from stockpool.errors import ConfigurationError, TransientError


class PartialAnswer(TransientError):
    """`data` and `errors` came together: what is null there must not be taken for the truth."""


class AccessRefused(ConfigurationError, TransientError):
    """Shopify does not let us in, or not that far. The message says what to mend.

    Nothing was done, and nothing is wrong with what was asked: so it is no `RejectedError`.
    """


class ShopClosed(TransientError):
    """The shop can't be worked with for now (unpaid, locked, closed). Nothing was done."""
