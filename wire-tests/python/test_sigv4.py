"""Signature Version 4 in `cenote serve`: each thing that can be wrong has its own answer."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from cenote import sdk, sigv4, wire
from cenote.process import Server
from cenote.sdk import refused
from cenote.serve import KEY_ID, SECRET, write_config

MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your "
    "AWS Secret Access Key and signing method. Consult the service documentation for details."
)
INVALID_TOKEN = "The security token included in the request is invalid."
TEMPORARY = "ASIAEXAMPLEEXAMPLE02"
ENDED = "ASIAEXAMPLEEXAMPLE03"
TOKEN = "a+session/token=="

MORE_KEYS = [
    "[[access_keys]]", f'id = "{TEMPORARY}"', f'secret = "{SECRET}"', f'session_token = "{TOKEN}"',
    "[[access_keys]]", f'id = "{ENDED}"', f'secret = "{SECRET}"', f'session_token = "{TOKEN}"',
    "expires_at = 2020-01-01T00:00:00Z",
]


@pytest.fixture(scope="module")
def served(new_store):
    place = new_store()
    path = write_config(place)
    path.write_text(path.read_text() + "\n".join(MORE_KEYS) + "\n")
    running = Server(["serve", "--config", str(path)], cwd=place.folder)
    yield running
    running.kill()


@pytest.fixture
def call(served):
    def run(change=None, body=None, **keywords):
        keywords = {"key_id": KEY_ID, "secret": SECRET} | keywords
        return sigv4.call(
            served.url, "ListUserPools", body or {"MaxResults": 1}, change, **keywords
        )

    return run


def expect(reply, name, message):
    assert (reply.status, reply.error) == (400, name), reply
    if isinstance(message, re.Pattern):
        assert message.fullmatch(reply.message), reply.message
    else:
        assert reply.message == message


def test_our_signature_and_botocore_s_are_accepted(served, call):
    assert call().status == 200
    idp = sdk.client(served.url, key=KEY_ID, secret=SECRET)
    assert "UserPools" in idp.list_user_pools(MaxResults=1)


def test_an_unknown_key(call):
    expect(call(key_id="AKIANOSUCHKEY0000000"), "UnrecognizedClientException", INVALID_TOKEN)


def test_a_wrong_secret(call):
    expect(call(secret=SECRET + "x"), "InvalidSignatureException", MISMATCH)


def test_a_changed_body(served):
    data = b'{"MaxResults":1}'
    headers = sigv4.signed_headers(
        served.url, "ListUserPools", data, key_id=KEY_ID, secret=SECRET
    )
    reply = wire.request(served.url, "POST", "/", b'{"MaxResults":2}', headers)
    expect(reply, "InvalidSignatureException", MISMATCH)


def test_a_changed_target(call):
    reply = call({"X-Amz-Target": "AWSCognitoIdentityProviderService.ListUsers"})
    expect(reply, "InvalidSignatureException", MISMATCH)


def test_a_changed_signed_header(call):
    expect(call({"Content-Type": "application/x-amz-json-1.0"}), "InvalidSignatureException",
           MISMATCH)


@pytest.mark.parametrize("part", ["Credential", "SignedHeaders", "Signature"])
def test_a_missing_part_is_named(call, part):
    def without(headers):
        pieces = headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", ")
        kept = [piece for piece in pieces if not piece.startswith(part + "=")]
        return {"Authorization": "AWS4-HMAC-SHA256 " + ", ".join(kept)}

    reply = call(without)
    assert (reply.status, reply.error) == (400, "IncompleteSignatureException")
    assert f"Authorization header requires '{part}' parameter." in reply.message
    for other in {"Credential", "SignedHeaders", "Signature"} - {part}:
        assert f"requires '{other}'" not in reply.message


def test_a_missing_date_is_named(call):
    reply = call({"X-Amz-Date": None})
    assert (reply.status, reply.error) == (400, "IncompleteSignatureException")
    assert (
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header."
    ) in reply.message


def test_an_empty_authorization(call):
    reply = call({"Authorization": "AWS4-HMAC-SHA256"})
    assert (reply.status, reply.error) == (400, "IncompleteSignatureException")
    for part in ("Credential", "SignedHeaders", "Signature"):
        assert f"Authorization header requires '{part}' parameter." in reply.message


def test_no_authorization(call):
    expect(call({"Authorization": None}), "MissingAuthenticationTokenException",
           "Missing Authentication Token")


def test_an_old_signature(call):
    at = datetime.now(UTC) - timedelta(minutes=6)
    expect(call(at=at), "InvalidSignatureException", re.compile(
        rf"Signature expired: {at:%Y%m%dT%H%M%SZ} is now earlier than \d{{8}}T\d{{6}}Z "
        r"\(\d{8}T\d{6}Z - 5 min\.\)"
    ))


def test_a_signature_from_the_future(call):
    at = datetime.now(UTC) + timedelta(minutes=6)
    expect(call(at=at), "InvalidSignatureException", re.compile(
        rf"Signature not yet current: {at:%Y%m%dT%H%M%SZ} is still later than \d{{8}}T\d{{6}}Z "
        r"\(\d{8}T\d{6}Z \+ 5 min\.\)"
    ))


@pytest.mark.parametrize("minutes", [-4, 4])
def test_a_little_skew_is_borne(call, minutes):
    assert call(at=datetime.now(UTC) + timedelta(minutes=minutes)).status == 200


def test_another_service(call):
    expect(call(service="s3"), "InvalidSignatureException",
           re.compile(r"Credential should be scoped to correct service: 'cognito-idp'\. ?"))


class TestSessionTokens:
    def test_the_right_one(self, served, call):
        assert call(key_id=TEMPORARY, token=TOKEN).status == 200
        idp = sdk.client(served.url, key=TEMPORARY, secret=SECRET, token=TOKEN)
        assert "UserPools" in idp.list_user_pools(MaxResults=1)

    def test_a_wrong_one_and_none(self, call):
        expect(call(key_id=TEMPORARY, token="other"), "UnrecognizedClientException", INVALID_TOKEN)
        expect(call(key_id=TEMPORARY), "UnrecognizedClientException", INVALID_TOKEN)

    def test_one_that_was_never_given(self, call):
        expect(call(token="other"), "UnrecognizedClientException", INVALID_TOKEN)

    def test_one_that_has_ended(self, call):
        expect(call(key_id=ENDED, token=TOKEN), "ExpiredTokenException",
               "The security token included in the request is expired")


def test_the_region_comes_from_the_scope(served):
    idp = sdk.client(served.url, region="eu-west-3", key=KEY_ID, secret=SECRET)
    pool = idp.create_user_pool(PoolName="p")["UserPool"]["Id"]
    assert pool.startswith("eu-west-3_")
    with refused("ResourceNotFoundException", f"User pool {pool} does not exist."):
        sdk.client(served.url, key=KEY_ID, secret=SECRET).describe_user_pool(UserPoolId=pool)
