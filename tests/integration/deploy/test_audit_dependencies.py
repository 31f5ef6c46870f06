"""The audit of dependencies is green only where everything was really looked up."""

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import audit_dependencies
import locked
import pytest

ROOT = Path(__file__).parents[3]
HASH = f"--hash=sha256:{'0' * 64}"
LOCK = f"""\
good==1.0 {HASH}
two==1.0 ; python_full_version < '3.12' {HASH}
two==2.0 ; python_full_version >= '3.12' {HASH}
"""
FAKE = """\
#!{python}
import json, re, sys
sys.path.insert(0, {site!r})
from answers import FLAWED, SKIPPED, STRICT, answer
if "--strict" not in sys.argv or "--disable-pip" not in sys.argv:
    sys.exit("asked without --strict or --disable-pip")
text = open(sys.argv[sys.argv.index("-r") + 1]).read()
answer()
packages = []
for name, version in re.findall("^([a-z0-9]+)==([^ \\n]+)", text, re.MULTILINE):
    if name in SKIPPED:
        if STRICT:
            sys.exit(f"{{name}}: not found and could not be audited")
        packages.append({{"name": name, "skip_reason": "not found"}})
        continue
    flaws = [{{"id": "FLAW-1", "fix_versions": ["9.9"]}}] if f"{{name}}=={{version}}" in FLAWED else []
    packages.append({{"name": name, "version": version, "vulns": flaws}})
found = any(package.get("vulns") for package in packages)
print("Found some" if found else "No known vulnerabilities found", file=sys.stderr)
print(json.dumps({{"dependencies": packages, "fixes": []}}))
sys.exit(1 if found else 0)
"""


class Audit:
    """The audit of a small lock, with an executable that stands in for pip-audit."""

    def __init__(self, module: ModuleType, folder: Path) -> None:
        self.module = module
        self.folder = folder
        self.lock = folder / "requirements.lock"
        self.lock.write_text(LOCK)

    def __call__(
        self, *, flawed: str = "", skipped: str = "", strict: bool = True, answer: str = "pass"
    ) -> tuple[int, list[str]]:
        (self.folder / "answers.py").write_text(
            f"import sys\nFLAWED = {['jinja2==2.10', flawed]}\nSKIPPED = {[skipped]}\nSTRICT = {strict}\n"
            f"def answer():\n    {answer}\n"
        )
        fake = self.folder / "pip-audit"
        fake.write_text(FAKE.format(python=sys.executable, site=str(self.folder)))
        fake.chmod(0o700)
        return self.module.audit(fake, self.lock)


@pytest.fixture
def audit(tmp_path: Path) -> Audit:
    return Audit(audit_dependencies, tmp_path)


def test_it_is_green_where_all_was_looked_up_and_nothing_is_known(audit: Audit):
    assert audit() == (0, ["dependency audit: 3 pinned packages, none with a known vulnerability"])


@pytest.mark.parametrize("flawed", ["good==1.0", "two==1.0", "two==2.0"])
def test_a_known_vulnerability_fails_also_under_the_marker_of_another_python(audit: Audit, flawed: str):
    code, lines = audit(flawed=flawed)
    assert code == 1
    assert lines == [
        "dependency audit: FAILED (known vulnerabilities: 1)",
        f"  {flawed.replace('==', ' ')}: FLAW-1, repaired in 9.9",
    ]


@pytest.mark.parametrize(
    "answer",
    [
        "sys.exit('requests.exceptions.ConnectionError: no such host')",
        "sys.exit('jinja2: not found on PyPI and could not be audited')",
        "print('No known vulnerabilities found', file=sys.stderr); sys.exit(0)",
        'print(\'{"dependencies": [{"name": "jinja2", "version": "2.10", "vulns": []}]}\'); sys.exit(0)',
    ],
    ids=["no host", "a mirror without it", "nothing at all", "a database that knows nothing"],
)
def test_it_says_not_run_where_the_database_cannot_be_reached(audit: Audit, answer: str):
    code, lines = audit(answer=answer)
    assert code == 75
    assert lines[0] == "dependency audit: NOT RUN (the vulnerability database cannot be reached)"
    assert "none" not in "".join(lines).lower()
    assert "no known" not in lines[0].lower()


@pytest.mark.parametrize("strict", [True, False], ids=["pip-audit gives up", "pip-audit goes on"])
def test_a_package_that_was_not_looked_up_fails(audit: Audit, strict: bool):
    code, lines = audit(skipped="good", strict=strict)
    assert code == 1
    assert lines[0].startswith("dependency audit: FAILED (")
    assert "good 1.0" in lines[-1]


def test_a_flaw_shows_although_another_package_was_not_looked_up(audit: Audit):
    code, lines = audit(skipped="good", flawed="two==2.0")
    assert code == 1
    assert "  two 2.0: FLAW-1, repaired in 9.9" in lines


def test_options_that_pip_audit_does_not_take_are_no_reason_to_go_on(audit: Audit):
    code, lines = audit(answer="sys.stderr.write('error: unrecognized arguments\\n'); sys.exit(2)")
    assert code == 1
    assert lines == ["dependency audit: FAILED", "  pip-audit: error: unrecognized arguments"]


class Osv(BaseHTTPRequestHandler):
    """Answers as api.osv.dev does: one package has a flaw, the others have none."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        flaw = {
            "id": "PYSEC-1",
            "summary": "s",
            "aliases": [],
            "affected": [],
            "modified": "2026-01-01T00:00:00Z",
        }
        answer = {"vulns": [flaw]} if asked["package"]["name"] == "jinja2" else {}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def osv() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Osv)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/query"
    server.shutdown()
    thread.join()
    server.server_close()


def test_pip_audit_itself_takes_our_lock_and_answers_as_we_read_it(osv: str, monkeypatch: pytest.MonkeyPatch):
    for proxy in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(proxy, raising=False)
    pinned = locked.pins()
    looked_up: set[tuple[str, str]] = set()
    vulnerable: list[str] = []
    for group in audit_dependencies.layers(pinned):
        lines = map(audit_dependencies.line_of, group)
        answer = audit_dependencies.ask(
            audit_dependencies.PIP_AUDIT, lines, "--require-hashes", "-s", "osv", "--osv-url", osv
        )
        looked_up |= answer.looked_up
        vulnerable += answer.vulnerable
    assert looked_up == {(pin.name, str(pin.version)) for pin in pinned}
    jinja2 = next(pin for pin in pinned if pin.name == "jinja2")
    assert vulnerable == [f"jinja2 {jinja2.version}: PYSEC-1, repaired in no version yet"]
