"""What the local issuer refuses: foreign addresses, loose requests, used forms and codes, wrong secrets."""

from base64 import b64encode
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from banen_local.issuer.clients import register_client
from banen_local.issuer.once import MOST, OneTime
from banen_local.issuer.testing import CALLBACK, Clock, Dance, form_token, told


@pytest.mark.parametrize(
    "asked",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": f"{CALLBACK}/other"},
        {"redirect_uri": f"{CALLBACK}?x=1"},
        {"redirect_uri": "http://evil.example/callback"},
        {"redirect_uri": None},
        {"state": "s" * 9000},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_the_clients(
    dance: Dance, asked: dict[str, str | None]
) -> None:
    answer = await dance.authorize(**asked)
    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "evil.example" not in answer.text
    assert "Dit lukt niet" in answer.text


async def test_a_parameter_that_is_given_twice_is_refused(dance: Dance) -> None:
    twice = f"client_id=emplooi-mediation&redirect_uri={CALLBACK}&client_id=emplooi-mediation"
    assert (await dance.http.get(f"{dance.url}/authorize?{twice}")).status_code == 400


@pytest.mark.parametrize(
    ("asked", "error"),
    [
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"nonce": None}, "invalid_request"),
        ({"state": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"request": "x"}, "request_not_supported"),
        ({"request_uri": "x"}, "request_uri_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
async def test_a_client_is_told_what_is_wrong_with_its_request(
    dance: Dance, asked: dict[str, str | None], error: str
) -> None:
    answer = told(await dance.authorize(**asked))
    assert answer["error"] == error
    assert answer.get("state") == ({"state": "the-state"} | asked)["state"]
    assert "code" not in answer


async def test_a_login_form_is_good_once_and_not_for_long(dance: Dance, clock: Clock) -> None:
    person = "demo-emplooi-adviser"
    token = form_token(await dance.authorize())
    told(await dance.choose(person, token))
    old = form_token(await dance.authorize())
    clock.pass_(minutes=10)
    unknown = form_token(await dance.authorize())
    for given, who in (
        (token, person),
        (None, person),
        ("made-up", person),
        (old, person),
        (unknown, "demo-x"),
    ):
        answer = await dance.choose(who, given)
        assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert (await dance.choose(person, unknown)).status_code == 400


async def test_a_form_of_another_kind_is_refused(dance: Dance) -> None:
    form = {"token": form_token(await dance.authorize()), "person": "demo-emplooi-adviser"}
    assert (await dance.http.post(f"{dance.url}/login", json=form)).status_code == 400
    assert (await dance.http.post(f"{dance.url}/login", data=form | {"x": "x" * 9000})).status_code == 400
    assert (await dance.http.post(f"{dance.url}/login", data=form)).status_code == 303


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    assert answer.headers["Cache-Control"] == "no-store"
    assert "access_token" not in answer.json()
    return answer.status_code, answer.json()["error"]


async def test_a_code_is_good_once(dance: Dance) -> None:
    code = await dance.code()
    assert (await dance.exchange(code)).status_code == 200
    assert refusal(await dance.exchange(code)) == (400, "invalid_grant")


async def test_a_code_is_good_for_a_minute(dance: Dance, clock: Clock) -> None:
    good, late = await dance.code(), await dance.code()
    clock.pass_(seconds=59.9)
    assert (await dance.exchange(good)).status_code == 200
    clock.pass_(seconds=0.1)
    assert refusal(await dance.exchange(late)) == (400, "invalid_grant")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"code_verifier": "v" * 43}, "invalid_grant"),
        ({"code_verifier": "short"}, "invalid_grant"),
        ({"redirect_uri": f"{CALLBACK}/other"}, "invalid_grant"),
        ({"code": "made-up"}, "invalid_grant"),
        ({"code_verifier": None}, "invalid_request"),
        ({"code": None}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": None}, "unsupported_grant_type"),
    ],
)
async def test_a_wrong_exchange_is_refused(dance: Dance, form: dict[str, str | None], error: str) -> None:
    assert refusal(await dance.exchange(await dance.code(), **form)) == (400, error)


async def test_a_verifier_that_could_be_guessed_is_refused(dance: Dance) -> None:
    dance.verifier = "v" * 42
    assert refusal(await dance.exchange(await dance.code())) == (400, "invalid_grant")


def test_what_is_asked_for_and_never_handed_in_is_forgotten(clock: Clock) -> None:
    kept: OneTime[int] = OneTime(clock, timedelta(minutes=1))
    tokens = [kept.keep(number) for number in range(MOST + 1)]
    assert [kept.take(token) for token in tokens[:2]] == [None, 1]


async def test_a_code_is_spent_by_a_wrong_verifier(dance: Dance) -> None:
    code = await dance.code()
    assert refusal(await dance.exchange(code, code_verifier="v" * 43)) == (400, "invalid_grant")
    assert refusal(await dance.exchange(code)) == (400, "invalid_grant")


async def test_a_client_without_its_secret_is_refused_and_spends_no_code(dance: Dance) -> None:
    code = await dance.code()
    wrong = await Dance(dance.http, dance.url, dance.client_id, "guess", dance.verifier).exchange(code)
    assert wrong.headers["WWW-Authenticate"] == "Basic"
    assert refusal(wrong) == (401, "invalid_client")
    right = b64encode(f"{dance.client_id}:{dance.secret}".encode()).decode()
    for header in (
        {},
        {"Authorization": f"Bearer {right}"},
        {"Authorization": "Bearer x"},
        {"Authorization": "Basic !"},
        {"Authorization": "Basic"},
    ):
        assert refusal(await dance.http.post(f"{dance.url}/token", headers=header)) == (401, "invalid_client")
    assert (await dance.exchange(code)).status_code == 200


async def test_a_code_is_not_for_another_client(dance: Dance, tmp_path: Path) -> None:
    secret = register_client(tmp_path / "issuer", "uaf-intake", CALLBACK)
    code = await dance.code()
    other = Dance(dance.http, dance.url, "uaf-intake", secret, dance.verifier)
    assert refusal(await other.exchange(code)) == (400, "invalid_grant")
