"""`stockpool db`: the database's tables."""

from __future__ import annotations

from pathlib import Path

import typer

from stockpool import config as configuration
from stockpool.cli.failures import ExitCode
from stockpool.cli.options import DEFAULT_CONFIG, ConfigOption, JsonOption
from stockpool.cli.output import print_json, say
from stockpool.engine import located
from stockpool.storage import migrations

app = typer.Typer(no_args_is_help=True, help="The database's tables.")


@app.command()
def upgrade(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Bring the tables up to date; does nothing if they are.

    \b
    Example:
      stockpool db upgrade
    """
    url = _url(config)
    before = migrations.revision(url)
    migrations.upgrade(url)
    after = migrations.revision(url)
    if as_json:
        print_json({"before": before, "revision": after})
    elif before == after:
        say(f"The tables are up to date: revision {after}.")
    else:
        say(f"The tables are of revision {after} now; they were of {before or 'none'}.")


@app.command()
def revision(config: ConfigOption = DEFAULT_CONFIG, as_json: JsonOption = False) -> None:
    """Show the tables' revision. Exit code 1 if this version of stockpool needs another.

    \b
    Example:
      stockpool db revision
    """
    found = migrations.revision(_url(config))
    current = found == migrations.HEAD
    if as_json:
        print_json({"revision": found, "needed": migrations.HEAD, "current": current})
    elif current:
        say(f"The tables are up to date: revision {found}.")
    else:
        say(
            f"The tables are of revision {found or 'none'}, this version needs {migrations.HEAD}; "
            "run `stockpool db upgrade`."
        )
    if not current:
        raise typer.Exit(ExitCode.ATTENTION)


def _url(config: Path) -> str:
    settings = configuration.read(config).stockpool
    return located(settings.database, config.absolute().parent)
