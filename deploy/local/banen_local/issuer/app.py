"""The issuer as an application: discovery document, public keys, and endpoints."""

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from banen_local.cluster.folder import LocalError
from banen_local.issuer import browser, exchange
from banen_local.issuer.exchange import TokenFault, token_fault
from banen_local.issuer.keys import ALGORITHM, read_keys
from banen_local.issuer.pages import PageFault, Secured, damaged_page, fault_page, style
from banen_local.issuer.provider import Provider


def create_app(provider: Provider) -> ASGIApp:
    """The provider's folder must already hold a key."""

    async def configuration(_: Request) -> Response:
        return JSONResponse(metadata(provider.url))

    async def jwks(_: Request) -> Response:
        return JSONResponse(read_keys(provider.folder, provider.clock()).public().as_dict(private=False))

    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", configuration, methods=["GET"]),
            Route("/jwks", jwks, methods=["GET"]),
            *browser.routes(provider),
            *exchange.routes(provider),
            Route("/static/style.css", style, methods=["GET"]),
        ],
        # Refuse other host names: a foreign name that resolves to this machine must not reach us (DNS rebinding).
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1"])],
        exception_handlers={PageFault: fault_page, TokenFault: token_fault, LocalError: damaged_page},
    )
    return Secured(app)


def metadata(url: str) -> dict[str, object]:
    return {
        "issuer": url,
        "authorization_endpoint": f"{url}/authorize",
        "token_endpoint": f"{url}/token",
        "jwks_uri": f"{url}/jwks",
        "end_session_endpoint": f"{url}/logout",
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": False,
        "scopes_supported": ["openid"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [ALGORITHM],
        "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        "code_challenge_methods_supported": ["S256"],
        "claims_supported": [
            "iss", "sub", "aud", "exp", "iat", "nonce", "auth_time", "banen_partner", "banen_roles",
        ],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }  # fmt: skip
