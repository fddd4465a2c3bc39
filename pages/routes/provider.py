"""The office's own OpenID Connect provider, as the environment names it.

DESK_OIDC_ISSUER (its address), DESK_OIDC_CLIENT_ID, DESK_OIDC_CLIENT_SECRET, and DESK_PUBLIC_URL (the desk's address as the
provider knows it; without it the address of the request is used). DESK_OIDC_SCOPE, if not "openid profile".
"""

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authlib.integrations.starlette_client import StarletteOAuth2App


def is_configured() -> bool:
    """Whether the office has named its provider."""
    return bool(os.environ.get("DESK_OIDC_ISSUER") and os.environ.get("DESK_OIDC_CLIENT_ID"))


@lru_cache(maxsize=1)
def provider() -> "StarletteOAuth2App":
    """The client registered at the provider; reads the provider's own description at first use. Code flow with PKCE."""
    # Imported late: offices without a provider need none of it in memory.
    from authlib.integrations.starlette_client import OAuth

    issuer = os.environ["DESK_OIDC_ISSUER"].rstrip("/")
    return OAuth().register(
        "office",
        server_metadata_url=f"{issuer}/.well-known/openid-configuration",
        client_id=os.environ["DESK_OIDC_CLIENT_ID"],
        client_secret=os.environ.get("DESK_OIDC_CLIENT_SECRET"),
        client_kwargs={"scope": os.environ.get("DESK_OIDC_SCOPE", "openid profile"), "code_challenge_method": "S256", "timeout": 10},
    )


def callback_address(request_base: str) -> str:
    """Where the provider sends people back to."""
    return (os.environ.get("DESK_PUBLIC_URL") or request_base).rstrip("/") + "/login/oidc/callback"
