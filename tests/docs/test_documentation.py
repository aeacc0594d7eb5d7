"""What the documentation shows works: its Python runs, its settings parse, its links lead on."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from stockpool import config

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_python_of_the_readme_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (program,) = blocks(ROOT / "README.md", "python")
    exec(compile(program, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[:2] == ["reserved", "8"]
    assert printed[2].startswith("amazon-na:US ships 2 of MUG-1")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_configuration_shown_is_accepted(page: Path) -> None:
    for text in blocks(page, "toml"):
        document = tomllib.loads(text)
        if "stockpool" in document or "networks" in document:
            assert config.parse(document, where=page.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_python_shown_compiles(page: Path) -> None:
    for number, program in enumerate(blocks(page, "python")):
        compile(program, f"{page.name} block {number}", "exec")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files_that_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text("utf-8")):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_setting_of_the_engine_is_documented() -> None:
    operating = (ROOT / "docs" / "operating.md").read_text("utf-8")
    for model in (config.EngineSettings, config.BufferSettings, config.CrossBorderSettings):
        for name in model.model_fields:
            assert re.search(rf"\b{name}\b", operating), f"{model.__name__}.{name}"


def test_the_glossary_is_sorted() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    words = [line.split("|")[1].strip() for line in glossary.splitlines() if line.startswith("| ")]
    entries = words[1:]
    assert entries == sorted(entries, key=str.lower)
