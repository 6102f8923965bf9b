"""A platform authenticator in software, and the browser in front of it: one passkey with a key for ES256."""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PARTY = "example.com"
ORIGIN = "https://auth.example.com"

# What a pool and an app need for them.
FACTORS = {"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"]}}
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"]

PRESENT, VERIFIED, HAS_CREDENTIAL = 0x01, 0x04, 0x40


def encode(raw):
    """base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def cbor(value):
    """The canonical CBOR of what an authenticator says: whole numbers, bytes, text and maps of these."""
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    pairs = b"".join(cbor(key) + cbor(one) for key, one in value.items())
    return _head(5, len(value)) + pairs


def _head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    if number < 0x100:
        return bytes([major << 5 | 24, number])
    return struct.pack(">BH", major << 5 | 25, number)


class Passkey:
    """A discoverable credential of one relying party, used from one origin."""

    def __init__(self, party, origin):
        self.party = party
        self.origin = origin
        self.raw_id = os.urandom(16)
        self.id = encode(self.raw_id)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._handle = None

    def create(self, options):
        """What `navigator.credentials.create()` gives for these options, as JSON."""
        assert options["rp"]["id"] == self.party
        assert {"type": "public-key", "alg": -7} in options["pubKeyCredParams"]
        self._handle = options["user"]["id"]
        point = self._key.public_key().public_numbers()
        cose = cbor({1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32), -3: point.y.to_bytes(32)})
        attested = bytes(16) + struct.pack(">H", len(self.raw_id)) + self.raw_id + cose
        data = self._data(HAS_CREDENTIAL) + attested
        return self._credential({
            "clientDataJSON": encode(self._client_data("webauthn.create", options)),
            "attestationObject": encode(cbor({"fmt": "none", "attStmt": {}, "authData": data})),
            "transports": ["internal"],
        })

    def get(self, options):
        """What `navigator.credentials.get()` gives for these options, as JSON text."""
        assert options["rpId"] == self.party
        assert self.id in [one["id"] for one in options["allowCredentials"]]
        data = self._data()
        client_data = self._client_data("webauthn.get", options)
        signed = data + hashlib.sha256(client_data).digest()
        return json.dumps(self._credential({
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(data),
            "signature": encode(self._key.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": self._handle,
        }))

    def _data(self, flags=0):
        party = hashlib.sha256(self.party.encode()).digest()
        # Passkeys that are kept in several places count nothing.
        return party + struct.pack(">BI", PRESENT | VERIFIED | flags, 0)

    def _client_data(self, ceremony, options):
        return json.dumps({
            "type": ceremony, "challenge": options["challenge"], "origin": self.origin,
            "crossOrigin": False,
        }).encode()

    def _credential(self, response):
        return {
            "id": self.id, "rawId": self.id, "type": "public-key", "response": response,
            "authenticatorAttachment": "platform", "clientExtensionResults": {},
        }


def allow(pool):
    """Lets the users of a pool sign in with passkeys. The pool was made with `FACTORS`."""
    pool.idp.set_user_pool_mfa_config(
        UserPoolId=pool.id, WebAuthnConfiguration={"RelyingPartyId": PARTY}
    )


def register(app, access_token):
    """A new passkey of the user of a token."""
    started = app.idp.start_web_authn_registration(AccessToken=access_token)
    passkey = Passkey(PARTY, ORIGIN)
    app.idp.complete_web_authn_registration(
        AccessToken=access_token,
        Credential=passkey.create(started["CredentialCreationOptions"]),
    )
    return passkey


def ask(app, username):
    """A WEB_AUTHN challenge: its session and the options in it."""
    asked = app.initiate("USER_AUTH", USERNAME=username, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert asked["ChallengeName"] == "WEB_AUTHN", asked
    options = asked["ChallengeParameters"]["CREDENTIAL_REQUEST_OPTIONS"]
    return asked["Session"], json.loads(options)
