"""The folders at the top are source roots: each is put on the import path as it is.

So a stray module beside a package would become a global name (`import utils`), and a package that
the build does not list would work in a checkout and be missing from the wheel.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent
PYPROJECT: dict[str, Any] = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())
LISTED = [Path(p) for p in PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]]
BESIDE_A_PACKAGE = {"README.md", "__pycache__"}


def source_roots() -> list[Path]:
    plugins = sorted(path for path in (REPOSITORY / "plugins").iterdir() if path.is_dir())
    return [REPOSITORY / "core", *plugins, REPOSITORY / "workers"]


@pytest.mark.parametrize("root", source_roots(), ids=lambda path: path.name)
def test_a_source_root_holds_its_package_and_nothing_else(root: Path) -> None:
    inside = {path.name for path in root.iterdir()} - BESIDE_A_PACKAGE
    expected = {path.name for path in LISTED if REPOSITORY / path.parent == root}
    assert inside == expected, f"{root.name}/ and the packages in pyproject.toml differ"


@pytest.mark.parametrize("package", LISTED, ids=lambda path: path.name)
def test_a_listed_package_is_typed_and_its_name_is_ours(package: Path) -> None:
    assert (REPOSITORY / package / "__init__.py").is_file()
    assert (REPOSITORY / package / "py.typed").is_file()
    assert package.name == "stockpool" or package.name.startswith("stockpool_")


def test_the_checks_cover_every_listed_package() -> None:
    tool = PYPROJECT["tool"]
    names = [path.name for path in LISTED]
    assert tool["importlinter"]["root_packages"] == names
    assert tool["coverage"]["run"]["source_pkgs"] == names
    assert set(map(str, LISTED)) <= set(tool["mypy"]["files"])
    assert {str(path.parent) for path in LISTED} <= set(tool["ruff"]["src"])


def test_every_plugin_folder_is_announced_as_a_plugin() -> None:
    announced = set(PYPROJECT["project"]["entry-points"]["stockpool"].values())
    assert announced == {path.name for path in LISTED if path.parts[0] == "plugins"}
