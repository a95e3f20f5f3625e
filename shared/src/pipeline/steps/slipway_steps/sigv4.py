"""Signs questions to S3 (AWS Signature Version 4), in their headers. Pure."""

from __future__ import annotations

import hashlib
import hmac
import time
import urllib.parse

_ALGORITHM = "AWS4-HMAC-SHA256"
# Checksum of the body that a question has not got.
NO_BODY = hashlib.sha256(b"").hexdigest()


class Keys:
    """Who signs."""

    def __init__(self, key_id: str, secret: str, token: str | None = None) -> None:
        """`token` comes with keys that are valid for a while only."""
        self.key_id = key_id
        self.secret = secret
        self.token = token


def encoded(text: str, safe: str = "") -> str:
    """Return a text as it stands in an address that is signed: all but letters, digits and "-._~" percent-encoded."""
    return urllib.parse.quote(text, safe=safe + "-._~", errors="surrogateescape")


def encoded_query(query: dict[str, str]) -> str:
    """Return a query in the order in which it is signed."""
    return "&".join(sorted(f"{encoded(name)}={encoded(value)}" for name, value in query.items()))


def signed_headers(url: str, headers: dict[str, str], keys: Keys, region: str, seconds: float) -> dict[str, str]:
    """Return the headers of a GET, with its signature.

    `url` has its path and query encoded by `encoded` and `encoded_query`; `headers` are signed with it; `seconds` is
    the time now, since 1970.
    """
    parts = urllib.parse.urlsplit(url)
    now = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(seconds))
    sent = {**headers, "x-amz-content-sha256": NO_BODY, "x-amz-date": now}
    if keys.token is not None:
        sent["x-amz-security-token"] = keys.token
    signed = {name.lower(): " ".join(value.split()) for name, value in {**sent, "host": parts.netloc}.items()}
    names = ";".join(sorted(signed))
    request = "\n".join(
        [
            "GET",
            parts.path or "/",
            "&".join(sorted(item if "=" in item else item + "=" for item in parts.query.split("&") if item)),
            *(f"{name}:{signed[name]}" for name in sorted(signed)),
            "",
            names,
            NO_BODY,
        ]
    )
    scope = [now[:8], region, "s3", "aws4_request"]
    digest = hashlib.sha256(request.encode("utf-8")).hexdigest()
    text = "\n".join([_ALGORITHM, now, "/".join(scope), digest])
    key = ("AWS4" + keys.secret).encode("utf-8")
    for part in scope:
        key = _hmac(key, part)
    credential = "/".join([keys.key_id, *scope])
    signature = _hmac(key, text).hex()
    sent["Authorization"] = f"{_ALGORITHM} Credential={credential},SignedHeaders={names},Signature={signature}"
    return sent


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode("utf-8"), hashlib.sha256).digest()
