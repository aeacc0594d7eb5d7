"""Which methods of Amazon's SDK and of python-amazon-sp-api reach which address, and which of them
a test calls."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import sp_api.api
import spapi
from sp_api.base import Client

Address = tuple[str, str]
"""Method and path, with `{}` where the path has a parameter."""


def shape(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{[^}]*\}", "{}", path)


@cache
def sdk_methods() -> Mapping[str, Address]:
    """`Class.method` of Amazon's SDK, by what it calls."""
    found = {}
    for name, kind in vars(spapi).items():
        if not (inspect.isclass(kind) and name.endswith("Api")):
            continue
        for method, function in vars(kind).items():
            called = re.search(r"call_api\(\s*'([^']+)', '([A-Z]+)'", _source(function))
            if called and method.endswith("_with_http_info"):
                plain = method.removesuffix("_with_http_info")
                found[f"{name}.{plain}"] = (called[2], shape(called[1]))
    return found


@cache
def library_methods() -> Mapping[str, Address]:
    """`Class.method` of python-amazon-sp-api, by what it calls.

    A class that stands for several versions is left aside: it makes objects of the others.
    """
    found = {}
    for name, kind in vars(sp_api.api).items():
        if not (inspect.isclass(kind) and issubclass(kind, Client)) or name != kind.__name__:
            continue
        for method, function in inspect.getmembers(kind, inspect.isfunction):
            known = _endpoint(function)
            if known is not None and not method.startswith("_"):
                verb, path = known
                version = name.rpartition("V")[2]
                if re.fullmatch(r"\d{8}", version):
                    version = f"{version[:4]}-{version[4:6]}-{version[6:]}"
                else:
                    version = f"v{version}"
                found[f"{name}.{method}"] = (verb, shape(path.replace("<version>", version)))
    return found


def _endpoint(function: Any) -> Address | None:
    if not hasattr(function, "__wrapped__") or function.__closure__ is None:
        return None
    kept = inspect.getclosurevars(function).nonlocals
    return (kept["method"], kept["path"]) if {"method", "path"} <= kept.keys() else None


def _source(function: Any) -> str:
    return inspect.getsource(function) if inspect.isfunction(function) else ""


def called_in(folder: Path) -> set[str]:
    """`Class.method` of all that is called on a parameter that is annotated with a client's class.

    An annotation may name several classes (`A | B`); then the test runs with each of them.
    """
    found: set[str] = set()
    for file in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef):
                found.update(_called_by(node))
    return found


def _called_by(function: ast.FunctionDef) -> Iterator[str]:
    classes = {
        argument.arg: [
            getattr(part, "attr", None) or getattr(part, "id", "")
            for part in ast.walk(argument.annotation)
        ]
        for argument in function.args.args
        if argument.annotation is not None
    }
    for node in ast.walk(function):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
        ):
            for name in classes.get(node.func.value.id, ()):
                yield f"{name}.{node.func.attr}"
