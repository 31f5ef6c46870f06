"""Every refusal that the source can raise has a Dutch sentence in the catalogue of the package that raises it."""

import re
from collections.abc import Iterable, Mapping
from importlib.resources import files

import pytest
from babel.messages.pofile import read_po

from banen_cli.installed import services
from banen_kit.core.answer_language import SHARED, dutch
from support.refusals import codes_in

SERVICES = {f"banen_{name}": service for name, service in services().items()}
CLAIMS = ("iss", "aud", "sub", "exp", "iat", "nbf", "jti", "acr", "auth_time", "sid", "events")
"""What is checked in a token: what JSON Web Tokens always have, what we ask of a sign-in, and of a logout."""
MADE: Mapping[str, Iterable[str]] = {
    "token-{error.claim.partition(',')[0]}-wrong": [f"token-{claim}-wrong" for claim in CLAIMS],
    "token-{error.errors()[0]['loc'][0]}-wrong": [f"token-{claim}-wrong" for claim in CLAIMS],
    "{noun}-exists": (),
    "{noun}-unknown": (),
    "{operation.category}-unknown": (),
}
"""The codes that the kit makes, in full; those with a word of a service are the service's."""


def raised(package: str) -> set[str]:
    found = {code for named in codes_in(package) for code in MADE.get(named, (named,))}
    if package not in SERVICES:
        return found
    service = SERVICES[package]
    records = {f"{operation.category}-unknown" for operation in (*service.commands, *service.records)}
    return (found | records) - {code for shared in SHARED for code in raised(shared)}


def sentences(package: str) -> Mapping[str, str]:
    return dutch((package,)).sentences


packages = pytest.mark.parametrize("package", [*SHARED, *SERVICES])


@packages
def test_each_code_has_a_dutch_sentence_and_none_is_left_over(package: str):
    assert sentences(package).keys() == raised(package)


@packages
def test_each_code_is_of_small_words_and_hyphens(package: str):
    assert [code for code in raised(package) if not re.fullmatch(r"[a-z_]+(-[a-z_]+)*", code)] == []


@packages
def test_each_is_one_sentence_in_full_without_placeholders(package: str):
    odd = [one for one in sentences(package).values() if not re.fullmatch(r"[A-Z][^{}%?!]+[^.…]\.", one)]
    assert odd == []
    assert [one for one in sentences(package).values() if ". " in one] == []


@packages
def test_each_is_there_once_and_sure(package: str):
    with (files(package) / "messages" / "nl.po").open("rb") as file:
        texts = [one for one in read_po(file, locale="nl", abort_invalid=True) if one.id]
    assert [one.id for one in texts if one.context != "refusal" or one.fuzzy] == []


@pytest.mark.parametrize("package", SERVICES)
def test_a_service_speaks_with_its_own_sentences_and_the_shared_ones(package: str):
    assert SERVICES[package].texts == (*SHARED, package)
    said = dutch(SERVICES[package].texts).sentences
    assert said.keys() == {code for one in (*SHARED, package) for code in sentences(one)}
