"""`stockpool init`: a configuration to start from."""

from __future__ import annotations

from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say
from stockpool.errors import ConflictError

CONFIGURATION = """\
# The configuration of stockpool. Paths in it are relative to this file's folder.

[stockpool]
database = "sqlite:///stockpool.db"   # or postgresql+psycopg://user@host/name
broker = "embedded"                   # or redis://host:6379/0, shared by any number of hosts
# poll_seconds = 30                   # how often each channel is asked for orders
# changes_seconds = 15                # how often each network is asked for news

# A network holds your stock: one pool per country, named network:country.
[networks.amazon-na]
type = "amazon_sim"                   # a simulator that plays Amazon
countries = ["US", "CA", "MX"]
state = "amazon.db"                   # what the simulated Amazon remembers
speed = 20000.0                       # its days pass in seconds

[networks.amazon-na.stock.US]         # what is on its shelves in the beginning
MUG-1 = 10

# A channel brings orders. This one reads files: drop them into web/inbox.
[channels.web]
type = "csv_channel"
folder = "web"
# blank_box = true                    # no Amazon-branded boxes, as other marketplaces demand
# block_amazon_carrier = true         # nor Amazon's own carrier

# Without a rule like this one, a country's stock is never shipped abroad.
# [[routing.cross_border]]
# name = "us-to-canada"
# pool = "amazon-na:US"
# destinations = ["CA"]
# extra_days = 4
# extra_order_fee = "6.00"

# Units of each SKU that are never promised, as a guard against figures that are late.
# [routing.buffer]
# units = 1
"""

FOLDERS = tuple(f"web/{name}" for name in ("inbox", "done", "rejected", "outbox"))


def init(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Write a commented configuration to start from, and the folders of a file channel.

    Nothing that is there is overwritten.

    \b
    Examples:
      stockpool init
      stockpool init --config shop/stockpool.toml
    """
    folder = config.absolute().parent
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with config.open("x", encoding="utf-8") as file:
            file.write(CONFIGURATION)
    except FileExistsError:
        raise ConflictError(f"{config} is there already; nothing was changed") from None
    for name in FOLDERS:
        (folder / name).mkdir(parents=True, exist_ok=True)
    if as_json:
        written = {"config": str(config), "folders": [str(folder / name) for name in FOLDERS]}
        print_json(written)
    else:
        say(
            f"{config} is written. Next: stockpool catalog add, catalog list-on and inventory "
            "snapshot; then drop orders into web/inbox."
        )
