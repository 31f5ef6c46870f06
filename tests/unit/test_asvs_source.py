"""What docs/asvs.md says of all code is searched for in all code: that of the services, the kit and the command line."""

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from banen_kit.core.problem import FieldError, invalid
from banen_kit.web.shell.frame import environment
from banen_reporting.queries.queries import FigureQuery
from banen_reporting.web.addresses import Links
from banen_reporting.web.words import LANGUAGES, PACKAGE

ROOT = Path(__file__).parents[2]
FILES = sorted(path for folder in ("shared", "services") for path in (ROOT / folder).rglob("*.py"))
LOCAL = sorted((ROOT / "deploy/local").rglob("*.py"))

SQL = re.compile(
    r"\s*(select|insert|update|delete|truncate|create|alter|drop|grant|revoke|set|with)\s", re.IGNORECASE
)
PATTERNS = re.compile(r"re\.(compile|match|fullmatch|search|sub|subn|split|findall|finditer)")
FROM_CATALOGUE = re.compile(r"([a-z_]+\.)*[np]?gettext\(")
QUERIES = {"execute", "executemany", "fetch", "fetchval", "fetchrow", "prepare", "cursor"}
OURS = {"schema", "role", "current", "functions", "function", "database", "row", "setting", "value", "some"} | {
    "table", "where", "column", "columns", "way", "most", "rank", "union", "number",
}  # fmt: skip
"""Names of SQL identifiers and fragments that are made here, never given from outside."""
APPROVED = {
    "AESGCM", "InvalidTag", "aes_key_wrap", "aes_key_unwrap", "InvalidUnwrap", "hashes", "serialization", "ec",
    "InvalidSignature", "Ed25519PrivateKey", "Ed25519PublicKey",
}  # fmt: skip
"""What may be imported from `cryptography`. Enter here only what appendix C of ASVS calls approved."""
WEAK = {"md5", "MD5", "sha1", "SHA1", "ECB", "CBC", "CFB", "OFB", "PKCS1v15", "TripleDES", "ARC4", "Blowfish"}
OTHER_CRYPTOGRAPHY = {
    "Crypto",
    "Cryptodome",
    "nacl",
    "rsa",
    "ecdsa",
    "jwt",
    "jose",
    "pyaes",
    "M2Crypto",
    "OpenSSL",
}
UNSAFE_YAML = {
    "load", "load_all", "full_load", "full_load_all", "unsafe_load", "unsafe_load_all",
    "Loader", "FullLoader", "UnsafeLoader", "CLoader", "CFullLoader", "CUnsafeLoader",
}  # fmt: skip
"""What of PyYAML makes objects of what a document names, or may."""
JITTER = {"faults.py"}  # where chance is no secret: it spreads attempts in time


@cache
def nodes(tree: ast.AST) -> list[ast.AST]:
    return list(ast.walk(tree))


def imports(tree: ast.AST) -> Iterable[str]:
    for node in nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def names(tree: ast.AST) -> Iterable[str]:
    for node in nodes(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name


def calls(tree: ast.AST) -> Iterable[ast.Call]:
    return (node for node in nodes(tree) if isinstance(node, ast.Call))


@cache
def called(call: ast.Call) -> str:
    return ast.unparse(call.func)


def imported(tree: ast.AST, *modules: str) -> list[str]:
    return [
        name for name in imports(tree) if any(name == one or name.startswith(f"{one}.") for one in modules)
    ]


def switched_on(tree: ast.AST, *options: str) -> Iterable[str]:
    """Calls that give one of these options, other than as False."""
    for call in calls(tree):
        if any(word.arg in options and ast.unparse(word.value) != "False" for word in call.keywords):
            yield ast.unparse(call)


def sql_of_values(tree: ast.AST) -> Iterable[str]:
    """SQL with anything in it but our own identifiers; values are parameters."""
    for node in nodes(tree):
        if not isinstance(node, ast.JoinedStr):
            continue
        written = "".join(str(part.value) if isinstance(part, ast.Constant) else "_" for part in node.values)
        put_in = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
        if SQL.match(written) and not all(name in OURS or re.fullmatch(r"[A-Z_]+", name) for name in put_in):
            yield ast.unparse(node)
    for call in calls(tree):
        is_query = isinstance(call.func, ast.Attribute) and call.func.attr in QUERIES
        if is_query and call.args and isinstance(call.args[0], ast.BinOp | ast.Call):
            yield ast.unparse(call)


def processes(tree: ast.AST) -> Iterable[str]:
    yield from imported(tree, "subprocess", "pty", "asyncio.subprocess", "multiprocessing")
    yield from (
        called(call)
        for call in calls(tree)
        if re.fullmatch(r"os\.(system|popen|exec\w*|spawn\w*)|asyncio\.create_subprocess_\w+", called(call))
    )


def shells(tree: ast.AST) -> Iterable[str]:
    yield from switched_on(tree, "shell")
    yield from (
        called(call)
        for call in calls(tree)
        if re.fullmatch(r"os\.(system|popen)|asyncio\.create_subprocess_shell", called(call))
    )


def text_as_code(tree: ast.AST) -> Iterable[str]:
    yield from (
        called(call)
        for call in calls(tree)
        if called(call)
        in {"eval", "exec", "compile", "__import__", "import_module", "importlib.import_module"}
    )


def formats_that_run_or_fetch(tree: ast.AST) -> Iterable[str]:
    modules = ("pickle", "marshal", "shelve", "dill", "xml", "lxml", "xmlrpc", "plistlib")
    yield from imported(tree, *modules)
    if imported(tree, "yaml"):
        yield from (name for name in names(tree) if name in UNSAFE_YAML)


def templates_of_input(tree: ast.AST) -> Iterable[str]:
    yield from (called(call) for call in calls(tree) if called(call).endswith(("from_string", "Template")))
    for call in calls(tree):
        is_format = called(call).endswith((".format", ".format_map"))
        if is_format and not FROM_CATALOGUE.match(called(call)):
            yield called(call)


def patterns_of_input(tree: ast.AST) -> Iterable[str]:
    for call in calls(tree):
        is_constant = bool(call.args) and isinstance(call.args[0], ast.Constant)
        if PATTERNS.fullmatch(called(call)) and not is_constant:
            yield ast.unparse(call)


def weak_cryptography(tree: ast.AST) -> Iterable[str]:
    yield from (name for name in names(tree) if name in WEAK)
    yield from imported(tree, *OTHER_CRYPTOGRAPHY)
    for node in nodes(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("cryptography"):
            yield from (alias.name for alias in node.names if alias.name not in APPROVED)


def chance(tree: ast.AST) -> Iterable[str]:
    return imported(tree, "random", "numpy.random")


def redirects(tree: ast.AST) -> Iterable[str]:
    yield from imported(tree, "urllib.request", "requests", "http.client", "aiohttp")
    yield from switched_on(tree, "follow_redirects")


def other_origins(tree: ast.AST) -> Iterable[str]:
    yield from (name for name in names(tree) if name == "CORSMiddleware")
    for node in nodes(tree):
        if isinstance(node, ast.Constant) and "access-control-" in str(node.value).lower():
            yield str(node.value)


def folders(tree: ast.AST) -> Iterable[str]:
    return (name for name in names(tree) if name == "StaticFiles")


def debugging(tree: ast.AST) -> Iterable[str]:
    return switched_on(tree, "debug", "reload")


Search = Callable[[ast.AST], Iterable[str]]


@cache
def tree_of(path: Path) -> ast.AST:
    return ast.parse(path.read_text("utf-8"))


@pytest.fixture(autouse=True, scope="module")
def _read_once() -> Iterator[None]:
    """Trees are large: they are kept for the searches of this file, and no longer."""
    yield
    for cached in (tree_of, nodes, called):
        cached.cache_clear()


def found(search: Search, files: Iterable[Path]) -> list[str]:
    return [f"{path.name}: {one}" for path in files for one in search(tree_of(path))]


def test_all_code_is_searched():
    assert len(FILES) > 80
    assert {path.name for path in FILES} >= {"app.py", "command_service.py", "overview.py", "keys.py"}
    assert "process.py" in {path.name for path in LOCAL}


def test_sql_takes_values_as_parameters_only():
    assert found(sql_of_values, FILES) == []


def test_a_service_starts_no_other_program():
    assert found(processes, FILES) == []


def test_no_command_goes_through_a_shell():
    assert found(shells, [*FILES, *LOCAL]) == []


def test_no_text_is_run_as_code():
    assert found(text_as_code, [*FILES, *LOCAL]) == []


def test_reads_no_format_that_can_run_or_fetch_something():
    assert found(formats_that_run_or_fetch, [*FILES, *LOCAL]) == []


def test_no_template_and_no_format_is_made_of_input():
    assert found(templates_of_input, FILES) == []
    assert all(environment(PACKAGE, language).autoescape is True for language in LANGUAGES.values())


def test_no_pattern_is_made_of_input():
    assert found(patterns_of_input, FILES) == []


def test_only_approved_cryptography_of_known_libraries_is_used():
    assert found(weak_cryptography, [*FILES, *LOCAL]) == []


def test_what_nobody_may_guess_is_not_left_to_chance():
    assert found(chance, (path for path in FILES if path.name not in JITTER)) == []


def test_no_client_follows_a_redirect():
    assert found(redirects, FILES) == []


def test_no_answer_is_meant_for_another_origin():
    assert found(other_origins, FILES) == []


def test_no_folder_is_served():
    assert found(folders, FILES) == []


def test_nothing_runs_in_debug_mode():
    assert found(debugging, [*FILES, *LOCAL]) == []


@pytest.mark.parametrize(
    ("search", "code"),
    [
        (sql_of_values, "f'select * from t where name = {name}'"),
        (sql_of_values, 'f"""\n delete from t where a = {request.ref}"""'),
        (sql_of_values, "pool.fetch('select ' + name)"),
        (sql_of_values, "pool.fetch('select {}'.format(name))"),
        (processes, "import subprocess"),
        (processes, "os.execv(a, b)"),
        (processes, "asyncio.create_subprocess_exec(a)"),
        (shells, "Popen(a, shell=True)"),
        (shells, "os.system(a)"),
        (text_as_code, "eval(a)"),
        (formats_that_run_or_fetch, "from pickle import loads"),
        (formats_that_run_or_fetch, "import yaml; yaml.load(a, yaml.FullLoader)"),
        (templates_of_input, "environment.from_string(a)"),
        (templates_of_input, "jinja2.Template(a)"),
        (templates_of_input, "text.format(a)"),
        (patterns_of_input, "re.search(a, b)"),
        (weak_cryptography, "from hashlib import md5"),
        (weak_cryptography, "modes.ECB()"),
        (weak_cryptography, "from cryptography.hazmat.primitives.ciphers import Cipher"),
        (weak_cryptography, "import jwt"),
        (chance, "from random import choice"),
        (redirects, "httpx2.get(a, follow_redirects=True)"),
        (redirects, "import urllib.request"),
        (other_origins, "app.add_middleware(CORSMiddleware)"),
        (other_origins, "{'Access-Control-Allow-Origin': '*'}"),
        (folders, "from fastapi.staticfiles import StaticFiles"),
        (debugging, "FastAPI(debug=True)"),
    ],
)
def test_the_search_finds(search: Search, code: str):
    assert list(search(ast.parse(code))) != []


def test_an_address_on_a_page_holds_what_was_given_as_text():
    odd = 'a&b=c#d"><javascript:alert(1)>/../ é'
    links = Links("nl", FigureQuery("published", None, date(2008, 12, 31)))
    listed = urlsplit(links.rows(unit=odd))
    one = urlsplit(links.placement(odd, "urn:nl:x"))

    assert (listed.scheme, listed.netloc, listed.path, listed.fragment) == ("", "", "/nl/plaatsingen", "")
    assert parse_qs(listed.query)["unit"] == [odd]
    assert (one.scheme, one.netloc, one.path.count("/")) == ("", "", 3)


def test_json_holds_what_was_given_as_text():
    odd = 'a","code":"other'
    body = json.loads(bytes(invalid([FieldError(odd, "is not known")]).response().body))

    assert (body["field"], body["code"]) == (odd, "invalid-input")
