"""Functions that send a pool's messages: the official Encryption SDK decrypts what they get."""

import base64
import json
import secrets
import sys
import time
from pathlib import Path

import aws_encryption_sdk
import botocore.session
import pytest
from aws_encryption_sdk.exceptions import DecryptKeyError
from aws_encryption_sdk.identifiers import CommitmentPolicy

from cenote.scene import PASSWORD, Pool
from cenote.sdk import attributes

KEY = "arn:aws:kms:us-east-1:000000000000:key/senders"
OTHER_KEY = "arn:aws:kms:us-east-1:000000000000:key/another"
SENDER = "arn:aws:lambda:us-east-1:000000000000:function:sender"
PATIENCE_SECONDS = 20

# Appends its event to a file.
FUNCTION = "import sys; open(sys.argv[1], 'a').write(sys.stdin.read() + '\\n')"


class Told:
    """A server whose sender function writes its events to a file."""

    def __init__(self, start, folder):
        self.file = Path(folder) / "events"
        lines = [
            "[[triggers]]",
            f'arn = "{SENDER}"',
            f"command = {json.dumps([sys.executable, '-c', FUNCTION, str(self.file)])}",
        ]
        for arn in (KEY, OTHER_KEY):
            key = base64.b64encode(secrets.token_bytes(32)).decode()
            lines += ["[[kms_keys]]", f'arn = "{arn}"', f'key = "{key}"']
        config = Path(folder) / "cenote.toml"
        config.write_text("\n".join(lines))
        arguments = ["dev", "--memory", "--listen", "127.0.0.1:0", "--config", str(config)]
        self.server = start(arguments, cwd=folder)

    def events(self, count):
        """The events, once there are so many."""
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            lines = self.file.read_text().splitlines() if self.file.exists() else []
            if len(lines) >= count:
                return [json.loads(line) for line in lines]
            time.sleep(0.05)
        raise AssertionError(f"not {count} events in {PATIENCE_SECONDS} s")

    def decrypt(self, code, monkeypatch, key=KEY):
        """As the function of the developer guide does it: a message must not be signed, but may be."""
        monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", f"{self.server.url}/_cenote/kms")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        client = aws_encryption_sdk.EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT
        )
        provider = aws_encryption_sdk.StrictAwsKmsMasterKeyProvider(
            key_ids=[key], botocore_session=botocore.session.Session()
        )
        return client.decrypt(source=base64.b64decode(code), key_provider=provider)


@pytest.fixture
def told(start, tmp_path):
    return Told(start, tmp_path)


def senders(key=KEY):
    sender = {"LambdaVersion": "V1_0", "LambdaArn": SENDER}
    return {"CustomEmailSender": sender, "CustomSMSSender": sender, "KMSKeyID": key}


def test_the_official_sdk_decrypts_the_code_of_a_sign_up(told, monkeypatch):
    pool = Pool(told.server, AutoVerifiedAttributes=["email"], LambdaConfig=senders())
    app = pool.app()
    pool.idp.sign_up(
        ClientId=app.id, Username="alice", Password=PASSWORD,
        UserAttributes=attributes({"email": "alice@example.com"}),
        ClientMetadata={"shop": "7"},
    )
    [event] = told.events(1)
    code = event["request"].pop("code")
    attributes_of_user = event["request"].pop("userAttributes")
    assert event["triggerSource"] == "CustomEmailSender_SignUp"
    assert event["userName"] == "alice"
    assert event["request"] == {
        "type": "customEmailSenderRequestV1", "clientMetadata": {"shop": "7"},
    }
    assert "response" not in event
    assert attributes_of_user["email"] == "alice@example.com"
    plaintext, header = told.decrypt(code, monkeypatch)
    assert header.encryption_context == {"userpool-id": pool.id}
    pool.idp.confirm_sign_up(
        ClientId=app.id, Username="alice", ConfirmationCode=plaintext.decode()
    )


def test_another_key_does_not_decrypt_it(told, monkeypatch):
    pool = Pool(told.server, AutoVerifiedAttributes=["email"], LambdaConfig=senders())
    pool.idp.sign_up(
        ClientId=pool.app().id, Username="alice", Password=PASSWORD,
        UserAttributes=attributes({"email": "alice@example.com"}),
    )
    [event] = told.events(1)
    with pytest.raises(DecryptKeyError):
        told.decrypt(event["request"]["code"], monkeypatch, key=OTHER_KEY)


def test_a_temporary_password_is_escaped_before_it_is_encrypted(told, monkeypatch):
    pool = Pool(told.server, LambdaConfig=senders())
    pool.idp.admin_create_user(
        UserPoolId=pool.id, Username="alice", TemporaryPassword="Less<Than&9",
        DesiredDeliveryMediums=["EMAIL"],
        UserAttributes=attributes({"email": "alice@example.com"}),
    )
    [event] = told.events(1)
    assert event["triggerSource"] == "CustomEmailSender_AdminCreateUser"
    plaintext, _ = told.decrypt(event["request"]["code"], monkeypatch)
    assert plaintext.decode() == "Less&lt;Than&amp;9"
