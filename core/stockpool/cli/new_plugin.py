"""Writing the distribution of a new channel from the template in `plugin_template`.

The template is a channel that works, so that its author changes one thing at a time and sees the
suite stay green. `$name`, `$module`, ... stand for the names that follow from the shop's, and the
folder `package` gets the name of the package.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

from stockpool.errors import ConfigurationError, ConflictError

_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_NAME_MOST = 40


@dataclass(frozen=True, slots=True)
class Names:
    """What a shop's name becomes.

    Attributes:
        name: as it was given, `corner-shop`; the channel's `type` in the configuration.
        module: the entry point's name, `corner_shop`.
        package: what is imported, `stockpool_corner_shop`.
        distribution: what is installed, `stockpool-corner-shop`.
        kind: the prefix of its classes, `CornerShop`.
    """

    name: str
    module: str
    package: str
    distribution: str
    kind: str

    @classmethod
    def of(cls, name: str) -> Names:
        """All names of a shop.

        Raises:
            ConfigurationError: the name can't be one of a package.
        """
        if len(name) > _NAME_MOST or not _NAME.fullmatch(name) or keyword.iskeyword(name):
            raise ConfigurationError(
                f"{name!r}: give a name of at most {_NAME_MOST} small letters, digits and dashes "
                "that begins with a letter, such as corner-shop"
            )
        module = name.replace("-", "_")
        kind = "".join(part.capitalize() for part in name.split("-"))
        return cls(name, module, f"stockpool_{module}", f"stockpool-{name}", kind)


def write_plugin(names: Names, folder: Path) -> Sequence[Path]:
    """Write the files of a new distribution; returns them.

    Raises:
        ConflictError: the folder is there and not empty.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConflictError(f"{folder} is there already; nothing was written")
    written = []
    for parts, text in _template(files(__package__) / "plugin_template"):
        path = folder.joinpath(*(names.package if part == "package" else part for part in parts))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_filled(text, names), encoding="utf-8")
        written.append(path)
    return written


def _template(
    folder: Traversable, above: tuple[str, ...] = ()
) -> list[tuple[tuple[str, ...], str]]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda one: one.name):
        if entry.is_dir():
            found += _template(entry, (*above, entry.name))
        elif entry.name.endswith(".in"):
            name = entry.name.removesuffix(".in")
            found.append(((*above, name), entry.read_text(encoding="utf-8")))
    return found


def _filled(text: str, names: Names) -> str:
    return Template(text).substitute(asdict(names))
