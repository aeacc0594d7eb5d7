"""What the source may not do, whoever changes it: read from its syntax, so that nothing slips by.

A place that is allowed to is named here with its reason; a rule is tried on code that breaks it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("core", "plugins", "workers", "examples")
    for path in (ROOT / folder).rglob("*.py")
    if "versions" not in path.parts  # migrations are written once, and read no input
)

Rule = Callable[[ast.Module], Iterator[ast.AST]]

_SQL = re.compile(
    r"^\s*(SELECT\s|INSERT INTO|UPDATE\s+\S+\s+SET|DELETE FROM|WITH\s+\w+\s+AS|CREATE\s|DROP\s"
    r"|ALTER\s|COPY\s|PRAGMA\s)"
)


_FORMATTED = re.compile(r"_?[A-Z][A-Z0-9_]*")
"""A constant of the module: what it holds is written in the source as well."""


def put_together(node: ast.AST) -> tuple[str, list[ast.expr]] | None:
    """The text with which a built string begins, and what is put into it; None if it is no such."""
    if isinstance(node, ast.JoinedStr):
        parts = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
        return _constant(node.values[0]) if node.values else "", parts
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        right = [] if isinstance(node.right, ast.Constant | ast.JoinedStr) else [node.right]
        begins, parts = put_together(node.left) or (_constant(node.left), [])
        if not isinstance(node.left, ast.Constant | ast.JoinedStr | ast.BinOp):
            parts = [node.left]
        return begins, [*parts, *right]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        put_in = [*node.args, *(keyword.value for keyword in node.keywords)]
        return (_constant(node.func.value), put_in) if node.func.attr == "format" else None
    return None


def _constant(node: ast.AST) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def sql_put_together(tree: ast.Module) -> Iterator[ast.AST]:
    """SQL with anything in it that is no constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in _TAKES_SQL:
            suspects: list[ast.AST] = [*node.args, *(k.value for k in node.keywords)]
            strict = True
        else:
            suspects, strict = [node], False
        for suspect in suspects:
            begins, parts = put_together(suspect) or ("", [])
            foreign = [part for part in parts if not _FORMATTED.fullmatch(ast.unparse(part))]
            if foreign and (strict or _SQL.match(begins)):
                yield node


_TAKES_SQL = {"execute", "executemany", "exec_driver_sql", "Sql", "text"}


def _name(function: ast.AST) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


_CODE_AS_DATA = {"pickle", "cPickle", "marshal", "shelve", "dill", "jsonpickle", "yaml", "joblib"}


def data_run_as_code(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            if any(alias.name.split(".")[0] in _CODE_AS_DATA for alias in node.names):
                yield node
        elif isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] in _CODE_AS_DATA:
                yield node
        elif isinstance(node, ast.Call):
            # A method of that name, like a file's or a regular expression's, is another thing.
            bare = isinstance(node.func, ast.Name) and node.func.id in (
                "eval",
                "exec",
                "__import__",
            )
            shell = any(
                keyword.arg == "shell" and getattr(keyword.value, "value", None) is not False
                for keyword in node.keywords
            )
            if bare or shell or ast.unparse(node.func) in ("os.system", "os.popen"):
                yield node


_SIGNATURE = re.compile(r"signature|hmac|digest\(\)", re.IGNORECASE)


def signatures_compared_in_leaking_time(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq):
            sides = [node.left, *node.comparators]
            constant = any(isinstance(side, ast.Constant) for side in sides)
            if not constant and any(_SIGNATURE.search(ast.unparse(side)) for side in sides):
                yield node


def certificates_not_checked(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "verify":
            if getattr(node.value, "value", None) is False:
                yield node
        elif isinstance(node, ast.Attribute) and node.attr in (
            "CERT_NONE",
            "_create_unverified_context",
        ):
            yield node


BREAKS: dict[Rule, list[str]] = {
    sql_put_together: [
        'c.execute(f"SELECT {x} FROM t")',
        'c.execute("DELETE FROM t WHERE a = " + x)',
        "query = \"SELECT * FROM t WHERE a = '%s'\" % x",
        'text("UPDATE t SET a = {}".format(x))',
        'c.execute(prefix + "x")',
    ],
    data_run_as_code: [
        "import pickle",
        "from yaml import load",
        "eval(x)",
        "subprocess.run(x, shell=True)",
        "os.system(x)",
    ],
    signatures_compared_in_leaking_time: [
        "hmac.new(k, b).hexdigest() == given",
        "signature != expected",
    ],
    certificates_not_checked: ["requests.get(u, verify=False)", "c.verify_mode = ssl.CERT_NONE"],
}

ALLOWED: dict[Rule, dict[str, str]] = {
    sql_put_together: {
        "core/stockpool/care/invariants.py": "books and parts are names of an enum",
        "core/stockpool/ledger/money_invariants.py": "accounts are names of an enum",
        "core/stockpool/ledger/posting.py": "buckets are names of an enum",
        "core/stockpool/orders/invariants.py": "buckets are names of an enum",
        "core/stockpool/orders/opening.py": "tables and columns are written in the module",
        "core/stockpool/outbox/effects.py": "columns are written in the module",
        "core/stockpool/proof.py": "the query of an invariant, which is written in a module",
        "core/stockpool/storage/bulk.py": "tables and columns are those of an Inserter in a module",
        "core/stockpool/storage/database.py": "FULL or NORMAL, which is checked before",
        "core/stockpool/storage/increments.py": "tables and columns are written in modules",
        "plugins/csv_channel/stockpool_csv_channel/journal.py": "as many question marks as values",
    },
    data_run_as_code: {},
    signatures_compared_in_leaking_time: {},
    certificates_not_checked: {},
}
"""Rule -> file -> why it may."""


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("rule", BREAKS, ids=lambda rule: rule.__name__)
def test_no_source_does_it(rule: Rule) -> None:
    found = {
        str(path.relative_to(ROOT)): [
            f"{getattr(node, 'lineno', '?')}: {ast.unparse(node)[:100]}"
            for node in rule(parsed(path))
        ]
        for path in FILES
    }
    places = {path: lines for path, lines in found.items() if lines}
    assert set(places) - set(ALLOWED[rule]) == set(), places
    assert set(ALLOWED[rule]) - set(places) == set(), "these need no permission any more"


@pytest.mark.parametrize(
    ("rule", "code"),
    [(rule, code) for rule, codes in BREAKS.items() for code in codes],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_rule_would_see_it(rule: Rule, code: str) -> None:
    assert list(rule(ast.parse(code)))


def test_all_sources_are_read() -> None:
    assert len(FILES) > 400
