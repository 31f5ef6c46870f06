"""A login at the local issuer gives tokens that tell who it is, and that nobody can alter."""

import json
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import httpx2
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from banen_local.issuer.keys import rotate
from banen_local.issuer.testing import CALLBACK, Clock, Dance, form_token, told


def keys_in(answer: httpx2.Response) -> KeySet:
    return KeySet.import_key_set(answer.json())


def read(token: str, keys: KeySet) -> jwt.Token:
    return jwt.decode(token, keys, algorithms=["ES256"])


async def test_a_login_gives_both_tokens(process_dance: Dance) -> None:
    http, url = process_dance.http, process_dance.url
    about = (await http.get(f"{url}/.well-known/openid-configuration")).json()
    assert about["issuer"] == url
    keys = keys_in(await http.get(about["jwks_uri"]))
    page = await process_dance.authorize()
    assert page.status_code == 200
    assert "Adviseur" in page.text
    answer = told(await process_dance.choose("demo-emplooi-adviser", form_token(page)))
    assert answer["state"] == "the-state"

    given = (await process_dance.exchange(answer["code"])).json()

    identity, access = read(given["id_token"], keys), read(given["access_token"], keys)
    who = {"iss": url, "sub": "demo-emplooi-adviser", "banen_partner": "emplooi", "banen_roles": ["adviser"]}
    assert identity.header == {"alg": "ES256", "typ": "JWT", "kid": keys.keys[0].kid}
    at = identity.claims["iat"]
    assert identity.claims == who | {
        "aud": "bureau-reporting", "nonce": "the-nonce", "auth_time": identity.claims["auth_time"],
        "iat": at, "exp": at + 300,
    }  # fmt: skip
    assert at - 60 < identity.claims["auth_time"] <= at
    assert access.header == {"alg": "ES256", "typ": "at+jwt", "kid": keys.keys[0].kid}
    at = access.claims["iat"]
    assert access.claims == who | {
        "client_id": "bureau-reporting", "jti": access.claims["jti"], "iat": at, "exp": at + 900,
        "aud": [
            "urn:nl:banenoffensief:bureau:reporting",
            "urn:nl:banenoffensief:emplooi:mediation",
            "urn:nl:banenoffensief:emplooi:employers",
        ],
    }  # fmt: skip
    assert (given["token_type"], given["expires_in"]) == ("Bearer", 900)


async def test_a_client_made_with_authlib_logs_in(process_dance: Dance) -> None:
    verifier = secrets.token_urlsafe(48)
    client: Any = AsyncOAuth2Client(
        process_dance.client_id, process_dance.secret, scope="openid", redirect_uri=CALLBACK,
        code_challenge_method="S256",
    )  # fmt: skip
    async with client:
        address, state = client.create_authorization_url(
            f"{process_dance.url}/authorize", code_verifier=verifier, nonce="n"
        )
        page = await process_dance.http.get(address)
        back = await process_dance.choose("demo-ministry-ministry-observer", form_token(page))

        given = await client.fetch_token(
            f"{process_dance.url}/token",
            authorization_response=back.headers["Location"], state=state, code_verifier=verifier,
        )  # fmt: skip

        with pytest.raises(OAuthError, match="invalid_grant"):
            await client.fetch_token(
                f"{process_dance.url}/token",
                authorization_response=back.headers["Location"], state=state, code_verifier=verifier,
            )  # fmt: skip
    keys = keys_in(await process_dance.http.get(f"{process_dance.url}/jwks"))
    access = read(given["access_token"], keys)
    assert access.claims["sub"] == "demo-ministry-ministry-observer"
    assert access.claims["aud"] == ["urn:nl:banenoffensief:bureau:reporting"]


async def test_a_token_that_was_altered_does_not_verify(dance: Dance) -> None:
    keys = keys_in(await dance.http.get(f"{dance.url}/jwks"))
    token = (await dance.exchange(await dance.code())).json()["access_token"]
    head, body, signature = token.split(".")
    claims = json.loads(urlsafe_b64decode(body.encode())) | {"banen_roles": ["privacy_officer"]}
    forged = urlsafe_b64encode(json.dumps(claims).encode()).decode()
    unsigned = urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode()
    read(token, keys)
    for altered in (
        f"{head}.{forged}.{signature}",
        f"{unsigned}.{forged}.",
        f"{head}.{body}.{signature[::-1]}",
    ):
        with pytest.raises(JoseError):
            read(altered, keys)


async def test_what_former_keys_signed_still_verifies_after_rotations(
    dance: Dance, clock: Clock, tmp_path: Path
) -> None:
    tokens = [(await dance.exchange(await dance.code())).json()["access_token"]]
    for _ in range(2):
        rotate(tmp_path / "issuer", clock())
        tokens.append((await dance.exchange(await dance.code())).json()["access_token"])
    answer = await dance.http.get(f"{dance.url}/jwks")
    assert '"d"' not in answer.text
    keys = keys_in(answer)
    kids = {read(token, keys).header["kid"] for token in tokens}
    assert kids == {key.kid for key in keys.keys}
    assert len(kids) == 3


async def test_a_rotation_that_was_cut_short_leaves_the_key_as_it_was(
    dance: Dance, clock: Clock, tmp_path: Path
) -> None:
    path = tmp_path / "issuer" / "key.json"
    before, told = path.read_text(), (await dance.http.get(f"{dance.url}/jwks")).json()
    rotate(tmp_path / "issuer", clock())
    path.write_text(before)
    assert (await dance.http.get(f"{dance.url}/jwks")).json() == told


async def test_a_former_key_is_no_longer_told_when_no_token_can_be_left(
    dance: Dance, clock: Clock, tmp_path: Path
) -> None:
    rotate(tmp_path / "issuer", clock())
    assert len(keys_in(await dance.http.get(f"{dance.url}/jwks")).keys) == 2
    clock.pass_(days=1)
    assert len(keys_in(await dance.http.get(f"{dance.url}/jwks")).keys) == 1


async def test_every_demo_role_can_be_chosen(dance: Dance) -> None:
    keys = keys_in(await dance.http.get(f"{dance.url}/jwks"))
    people = re.findall(r'name="person" value="([^"]+)"', (await dance.authorize()).text)
    assert len(people) == len(set(people)) == 48
    for person in people:
        given = (await dance.exchange(await dance.code(person))).json()
        assert read(given["id_token"], keys).claims["sub"] == person


async def test_a_client_logs_out_to_an_address_of_its_own(dance: Dance) -> None:
    answer = await logout(dance, dance.client_id, "http://127.0.0.1:5999/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "http://127.0.0.1:5999/?state=s")
    for client, target in (
        (dance.client_id, "http://evil.example/"),
        (dance.client_id, "http://127.0.0.1:5999@evil.example/"),
        (dance.client_id, "http://127.0.0.1:59990/"),
        ("made-up", "http://127.0.0.1:5999/"),
        ("", "http://127.0.0.1:5999/"),
    ):
        answer = await logout(dance, client, target)
        assert (answer.status_code, "Location" in answer.headers) == (400, False)
    assert "Uitgelogd" in (await dance.http.get(f"{dance.url}/logout")).text


async def logout(dance: Dance, client: str, target: str) -> httpx2.Response:
    query = {"client_id": client, "post_logout_redirect_uri": target, "state": "s"}
    return await dance.http.get(f"{dance.url}/logout", params=query)


@pytest.mark.parametrize(
    "path",
    ["/.well-known/openid-configuration", "/jwks", "/authorize", "/logout", "/static/style.css", "/nowhere"],
)
async def test_every_answer_has_the_security_headers(dance: Dance, path: str) -> None:
    headers = (await dance.http.get(f"{dance.url}{path}")).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'")
    assert policy.endswith("form-action 'self'")


async def test_the_login_page_lets_its_form_lead_back_to_the_client_only(dance: Dance) -> None:
    page = await dance.authorize()
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Security-Policy"].endswith("form-action 'self' http://127.0.0.1:5999")
    assert "alleen op deze computer" in page.text
    assert 'lang="nl"' in page.text
    assert "<script" not in page.text


async def test_a_name_that_leads_to_this_machine_is_not_answered(dance: Dance) -> None:
    answer = await dance.http.get(f"{dance.url}/jwks", headers={"Host": "evil.example:5998"})
    assert answer.status_code == 400
