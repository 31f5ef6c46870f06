"""The codes with which the source of a package refuses, found in its syntax tree."""

import ast
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

RAISED: Mapping[str, int] = {"Refused": 0, "TokenRefused": 0, "refused": 0, "Problem": 1}
"""What makes a refusal, and which of its arguments is the code."""
PASSED_ON = {"code", "error.code", "error.reason", "*fault"}
"""Codes that were made elsewhere."""
ONCE = {"recorded_once": ("{noun}-exists",), "person_recorded_once": ("{noun}-exists", "{noun}-unknown")}
"""Deciders of the kit that refuse with codes made of the noun that a service gives them."""


@cache
def codes_in(package: str) -> set[str]:
    """The codes that it names; in one that is made, what varies stands in braces."""
    modules = [ast.parse(path.read_text()) for path in Path(str(files(package))).rglob("*.py")]
    constants = {name: code for module in modules for name, code in _constants(module)}
    return {code for module in modules for node in ast.walk(module) for code in _codes(node, constants)}


def _constants(module: ast.Module) -> Iterator[tuple[str, str]]:
    for node in module.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as code)):
                yield name, code
            case _:
                pass


def _codes(node: ast.AST, constants: Mapping[str, str]) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name), args=args) if name in RAISED and args:
            yield from _code(args[min(RAISED[name], len(args) - 1)], constants)
        case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str() as noun), *_]) if name in ONCE:
            yield from (made.format(noun=noun) for made in ONCE[name])
        case ast.Assign(targets=[ast.Name(id="code")], value=ast.Call(func=ast.Attribute(value=ast.Dict()))):
            yield from _looked_up(node.value)
        case ast.ClassDef():
            yield from _of_class(node)
        case ast.FunctionDef(name=name) if name.startswith("fault_of"):
            yield from _returned(node)
        case _:
            pass


def _code(node: ast.expr, constants: Mapping[str, str]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as code):
            yield code
        case ast.Name(id=name) if name in constants:
            yield constants[name]
        case ast.JoinedStr(values=parts):
            yield "".join(map(_part, parts))
        case _:
            assert ast.unparse(node) in PASSED_ON, f"which code is {ast.unparse(node)}?"


def _part(node: ast.expr) -> str:
    match node:
        case ast.FormattedValue(value=inner):
            return f"{{{ast.unparse(inner)}}}"
        case ast.Constant(value=value):
            return str(value)
        case _:
            raise AssertionError(ast.dump(node))


def _looked_up(node: ast.expr) -> Iterator[str]:
    """The codes in a table, and the one for whatever is not in it."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
            yield inner.value


def _of_class(node: ast.ClassDef) -> Iterator[str]:
    """A refusal that gives itself its code, or an error of the store with a code for callers."""
    bases = {ast.unparse(base) for base in node.bases}
    for inner in ast.walk(node):
        match inner:
            case ast.Call(
                func=ast.Attribute(attr="__init__"), args=[ast.Constant(value=str() as code), *_]
            ) if "Refused" in bases:
                yield code
            case ast.Assign(targets=[ast.Name(id="code")], value=ast.Constant(value=str() as code)):
                yield code
            case ast.AnnAssign(target=ast.Name(id="code"), value=ast.Constant(value=str() as code)):
                yield code
            case _:
                pass


def _returned(function: ast.FunctionDef) -> Iterator[str]:
    """The codes of a function that returns a fault: a code and a sentence."""
    for node in ast.walk(function):
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str() as code), _]):
                yield code
            case _:
                pass
