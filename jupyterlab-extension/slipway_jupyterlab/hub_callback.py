"""Where a JupyterHub takes the answers of sign-ins: one address for all its users, so that it can be registered."""

from __future__ import annotations

from collections.abc import Mapping

_below_hub = "user-redirect/slipway/oauth/callback"


def hub_callback(environment: Mapping[str, str]) -> str | None:
    """
    Return where the hub sends a person's browser on to their own server.

    A URL where the hub tells where it is seen from outside (since JupyterHub 5), else a path on the page's own origin.
    None where this server belongs to no hub.
    """
    if not environment.get("JUPYTERHUB_SERVICE_PREFIX"):
        return None
    public = environment.get("JUPYTERHUB_PUBLIC_HUB_URL", "")
    if public.startswith(("https://", "http://")):
        return f"{public.rstrip('/')}/{_below_hub}"
    return f"{environment.get('JUPYTERHUB_BASE_URL', '/').rstrip('/')}/hub/{_below_hub}"
