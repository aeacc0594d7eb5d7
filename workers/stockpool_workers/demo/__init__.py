"""`stockpool demo`: a shop with three channels and a simulated Amazon, from files to parcels.

It uses what any merchant uses: a configuration file, files dropped into folders, and the worker
service. Nothing in here knows a plugin; the configuration names them.
"""

from __future__ import annotations

import typer

from stockpool_workers.demo.command import demo

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add `demo` to the command line (entry point `stockpool.commands`)."""
    app.command("demo")(demo)
