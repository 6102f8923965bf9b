"""Signature Version 4, small and bendable: what botocore would never sign, a test can."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import urlsplit

from . import wire


def _mac(key, text):
    return hmac.digest(key, text.encode(), "sha256")


def signed_headers(
    url, operation, body, *, key_id, secret, at=None, region="us-east-1", service="cognito-idp",
    token=None,
):
    """All headers of one signed API call."""
    at = at or datetime.now(UTC)
    stamp, day = at.strftime("%Y%m%dT%H%M%SZ"), at.strftime("%Y%m%d")
    headers = {
        "Content-Type": wire.CONTENT_TYPE,
        "Host": urlsplit(url).netloc,
        "X-Amz-Date": stamp,
        "X-Amz-Target": wire.TARGET + operation,
    }
    if token is not None:
        headers["X-Amz-Security-Token"] = token
    names = sorted(headers, key=str.lower)
    listed = ";".join(name.lower() for name in names)
    canonical = "\n".join([
        "POST", "/", "", *(f"{name.lower()}:{headers[name]}" for name in names), "", listed,
        hashlib.sha256(body).hexdigest(),
    ])
    scope = f"{day}/{region}/{service}/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, digest])
    key = ("AWS4" + secret).encode()
    for part in (day, region, service, "aws4_request"):
        key = _mac(key, part)
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={listed}, "
        f"Signature={signature}"
    )
    return headers


def call(url, operation, body, change=None, **keywords):
    """One signed call. `change` may bend the headers after signing; None leaves a header out."""
    data = wire.encode(body)
    headers = signed_headers(url, operation, data, **keywords)
    if change is not None:
        headers |= change(headers) if callable(change) else change
    kept = {name: value for name, value in headers.items() if value is not None}
    return wire.request(url, "POST", "/", data, kept)
