"""A shop of Shopify for tests: it runs the documents that are sent to it, on state, by the schema.

Documents, variables and answers are checked against Shopify's own schema by graphql-core. Rules
that the schema does not show are in `rules`; the state and its changes in `state`, `queries` and
`mutations`; tokens, versions, throttling and faults in `server`.
"""

from shopify_shop.schema import find_schemas
from shopify_shop.server import ShopServer
from shopify_shop.state import ShopState

__all__ = ["ShopServer", "ShopState", "find_schemas"]
