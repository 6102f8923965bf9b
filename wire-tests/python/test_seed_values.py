"""Seeds whose values the service rewrites, hides, or shows elsewhere: applied twice, exported, applied again."""

import json

import pytest

from cenote import sdk
from cenote.scene import Inbox
from test_seeds import apply, run

POOL, CLIENT = "us-east-1_values", "web0123456789"
KEY = "arn:aws:kms:us-east-1:000000000000:key/mrk-0123456789abcdef0123456789abcdef"
LAMBDA = "arn:aws:lambda:us-east-1:000000000000:function:"
SENDER = "arn:aws:ses:us-east-1:000000000000:identity/no-reply@example.com"
CERTIFICATE = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-2222-3333-4444-555555555555"
CSS = ".logo-customizable { max-width: 60%; }"
SECRETIVE = {"client_id": "com.example", "team_id": "TEAM", "key_id": "KEY",
             "authorize_scopes": "email name", "private_key": "hush"}


def pool(**changes):
    return {
        "Id": POOL,
        "PoolName": "values",
        "UserPoolTier": "PLUS",
        "AutoVerifiedAttributes": ["email"],
        "KeyConfiguration": {"KeyType": "CUSTOMER_MANAGED_KEY", "KmsKeyArn": KEY},
        "IssuerConfiguration": {"Type": "UPDATED"},
        "Policies": {"PasswordPolicy": {
            "MinimumLength": 10, "TemporaryPasswordValidityDays": 0, "RequireNumbers": True,
        }},
        "EmailConfiguration": {"EmailSendingAccount": "DEVELOPER", "SourceArn": SENDER},
        "AccountRecoverySetting": {"RecoveryMechanisms": [
            {"Name": "verified_phone_number", "Priority": 1},
        ]},
        "LambdaConfig": {
            "PreSignUp": LAMBDA + "pre-sign-up",
            "PreTokenGenerationConfig": {"LambdaArn": LAMBDA + "tokens", "LambdaVersion": "V3_0"},
        },
        "MfaConfiguration": "OPTIONAL",
        "MfaConfig": {
            "SoftwareTokenMfaConfiguration": {"Enabled": True},
            "EmailMfaConfiguration": {"Message": "Code {####}", "Subject": "Code"},
            "WebAuthnConfiguration": {
                "RelyingPartyId": "auth.example.com", "UserVerification": "required",
            },
        },
        "SessionConfiguration": {
            "UserSessionTracking": "ENABLED", "TokenSession": {"MaxPerUser": 5},
        },
        "IdentityProviders": [
            {
                "ProviderName": "SignInWithApple", "ProviderType": "SignInWithApple",
                "ProviderDetails": SECRETIVE,
                "AttributeMapping": {"email": "email", "username": "email"},
            },
        ],
        "Clients": [{
            "ClientId": CLIENT,
            "ClientName": "web",
            "RefreshTokenValidity": 0,
            "TokenValidityUnits": {"RefreshToken": "hours"},
            "SessionConfiguration": {"SSOSession": {"MaxValidityMinutes": 15}},
            "UICustomization": {"CSS": CSS},
            "ManagedLoginBranding": {
                "Settings": {"components": {"form": {"borderRadius": 4.0}}},
            },
        }, {"ClientId": "other012345678", "ClientName": "other"}],
        "Replicas": [{"RegionName": "eu-west-1", "Status": "ACTIVE"}],
        "Domains": [
            {"Domain": "values", "ManagedLoginVersion": 2},
            {
                "Domain": "auth.example.com",
                "ManagedLoginVersion": 2,
                "CustomDomainConfig": {"CertificateArn": CERTIFICATE},
                "Routing": {"Failover": {
                    "SecondaryRegion": "eu-west-1",
                    "PrimaryRoute53HealthCheckId": "11111111-2222-3333-4444-555555555555",
                }},
            },
        ],
        "UICustomization": {"CSS": CSS.replace("60", "70")},
    } | changes


@pytest.fixture
def write(tmp_path):
    def seed(document):
        (tmp_path / "seed.json").write_text(json.dumps({"UserPools": [document]}))
        return tmp_path

    return seed


@pytest.fixture
def empty(start, tmp_path):
    return start(["dev", "--memory", "--listen", "127.0.0.1:0"], cwd=tmp_path)


def exported(folder, server):
    """The pool of an export, and what was said to be left out."""
    command = ("export", "--endpoint", server.url, "--format", "json", "--pool", POOL)
    code, out, err = run(folder, *command)
    assert code == 0, err
    (whole,) = json.loads(out)["UserPools"]
    return whole, err


def test_applied_twice_it_changes_nothing(empty, write):
    folder = write(pool())
    apply(folder, empty, seed="seed.json")
    idp = sdk.client(empty.url)
    shown = idp.describe_user_pool_domain(Domain="auth.example.com")["DomainDescription"]
    assert shown["Routing"]["Failover"]["SecondaryRegion"] == "eu-west-1"
    settings = idp.get_user_pool_client_session_configuration(UserPoolId=POOL, ClientId=CLIENT)
    assert settings["SSOSession"] == {"MaxValidityMinutes": 15}
    again = apply(folder, empty, seed="seed.json")
    assert again.startswith("0 created, 0 updated, 0 deleted"), again


def test_an_export_makes_the_same_elsewhere(start, empty, write):
    apply(write(pool()), empty, seed="seed.json")
    whole, notes = exported(write(pool()), empty)
    assert f"{POOL}: the private_key of SignInWithApple is not shown" in notes
    web, other = sorted(whole["Clients"], key=lambda client: client["ClientName"], reverse=True)
    assert web["UICustomization"] == {"CSS": CSS}
    assert web["SessionConfiguration"] == {"SSOSession": {"MaxValidityMinutes": 15}}
    assert not {"UICustomization", "SessionConfiguration"} & set(other)
    (apple,) = whole["IdentityProviders"]
    assert "private_key" not in apple["ProviderDetails"]
    complete = json.loads(json.dumps(whole))
    complete["IdentityProviders"][0]["ProviderDetails"]["private_key"] = "hush"
    folder = write(complete)
    elsewhere = start(["dev", "--memory", "--listen", "127.0.0.1:0"], cwd=folder)
    apply(folder, elsewhere, seed="seed.json")
    assert exported(folder, elsewhere)[0] == whole
    again = apply(folder, elsewhere, seed="seed.json")
    assert again.startswith("0 created, 0 updated, 0 deleted"), again


def test_a_new_user_is_invited_where_the_seed_says_how(empty, write):
    address = [{"Name": "email", "Value": "ada@example.com"}]
    users = [
        {"Username": "ada", "UserAttributes": address, "DesiredDeliveryMediums": ["EMAIL"]},
        {"Username": "bob", "UserAttributes": address},
    ]
    plain = {"Id": POOL, "PoolName": "values", "Users": users}
    folder = write(plain)
    apply(folder, empty, seed="seed.json")
    again = apply(folder, empty, seed="seed.json")
    assert again.startswith("0 created, 0 updated"), again
    sent = Inbox(empty).messages(pool=POOL)
    assert [message["username"] for message in sent] == ["ada"]


def test_nobody_who_is_new_can_be_invited_again(empty, write):
    users = [{"Username": "ada", "MessageAction": "RESEND"}]
    folder = write({"PoolName": "values", "Users": users})
    code, out, err = run(folder, "apply", "seed.json", "--endpoint", empty.url)
    assert (code, out) == (2, "")
    assert "UserPools[0].Users[0].MessageAction is RESEND" in err
    assert sdk.client(empty.url).list_user_pools(MaxResults=1)["UserPools"] == []
