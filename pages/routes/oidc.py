"""Log-in by the office's own OpenID Connect provider, when it is configured."""

import os


def is_configured() -> bool:
    """Whether the office has named its provider (DESK_OIDC_ISSUER and DESK_OIDC_CLIENT_ID)."""
    return bool(os.environ.get("DESK_OIDC_ISSUER") and os.environ.get("DESK_OIDC_CLIENT_ID"))
