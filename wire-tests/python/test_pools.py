"""User pools: defaults, updates, schema, lists."""

import re
import uuid

import pytest

from cenote import sdk
from cenote.scene import STANDARD, fresh
from cenote.sdk import refused, without_metadata

FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:one"
OTHER_FUNCTION = "arn:aws:lambda:us-east-1:123456789012:function:two"
KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-4333-8444-555555555555"


def described(idp, pool_id):
    return idp.describe_user_pool(UserPoolId=pool_id)["UserPool"]


def test_a_pool_made_with_only_a_name_has_the_service_s_defaults(make_pool, idp):
    pool = make_pool(PoolName="p")
    assert re.fullmatch(r"us-east-1_[0-9A-Za-z]{9}", pool.id)
    seen = described(idp, pool.id)
    made, changed = seen.pop("CreationDate"), seen.pop("LastModifiedDate")
    assert made == changed
    assert [item["Name"] for item in seen.pop("SchemaAttributes")] == STANDARD
    acr = seen.pop("AcrConfiguration")
    assert {level: acr[level]["AcrValue"] for level in acr} == {
        f"Level{n}": f"urn:cognito:loa:{n}" for n in (1, 2, 3, 4)
    }
    assert seen == {
        "Id": pool.id,
        "Name": "p",
        "Policies": {
            "PasswordPolicy": {
                "MinimumLength": 8,
                "RequireUppercase": True,
                "RequireLowercase": True,
                "RequireNumbers": True,
                "RequireSymbols": True,
                "TemporaryPasswordValidityDays": 7,
            },
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD"]},
        },
        "DeletionProtection": "INACTIVE",
        "LambdaConfig": {},
        "VerificationMessageTemplate": {"DefaultEmailOption": "CONFIRM_WITH_CODE"},
        "MfaConfiguration": "OFF",
        "EstimatedNumberOfUsers": 0,
        "EmailConfiguration": {"EmailSendingAccount": "COGNITO_DEFAULT"},
        "UserPoolTags": {},
        "AdminCreateUserConfig": {
            "AllowAdminCreateUserOnly": False,
            "UnusedAccountValidityDays": 7,
        },
        "Arn": f"arn:aws:cognito-idp:us-east-1:000000000000:userpool/{pool.id}",
        "UserPoolTier": "ESSENTIALS",
    }
    assert without_metadata(idp.get_user_pool_mfa_config(UserPoolId=pool.id)) == {
        "MfaConfiguration": "OFF"
    }


def test_create_and_describe_tell_the_same(make_pool, idp):
    pool = make_pool(AutoVerifiedAttributes=["email"], UsernameAttributes=["email"])
    assert described(idp, pool.id) == pool.described


def test_an_update_with_only_the_id_resets_what_can_change_and_keeps_the_rest(make_pool, idp):
    pool = make_pool(
        AutoVerifiedAttributes=["email"],
        AliasAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        LambdaConfig={"PreSignUp": FUNCTION},
        Schema=[{"Name": "team", "AttributeDataType": "String"}],
        Policies={"PasswordPolicy": {"MinimumLength": 12}},
        DeletionProtection="ACTIVE",
    )
    before = described(idp, pool.id)
    assert before["LambdaConfig"] == {"PreSignUp": FUNCTION}
    assert before["Policies"]["PasswordPolicy"]["MinimumLength"] == 12
    assert without_metadata(idp.update_user_pool(UserPoolId=pool.id)) == {}
    after = described(idp, pool.id)
    assert after["LambdaConfig"] == {}
    assert "AutoVerifiedAttributes" not in after
    assert after["Policies"]["PasswordPolicy"]["MinimumLength"] == 8
    assert after["DeletionProtection"] == "INACTIVE"
    for kept in ("Name", "SchemaAttributes", "AliasAttributes", "UsernameConfiguration"):
        assert after[kept] == before[kept], kept
    assert after["CreationDate"] == before["CreationDate"]
    assert after["LastModifiedDate"] >= before["LastModifiedDate"]


def test_an_update_changes_the_name_and_the_settings(pool, idp):
    idp.update_user_pool(
        UserPoolId=pool.id,
        PoolName="renamed",
        DeletionProtection="ACTIVE",
        UserPoolTags={"team": "blue"},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )
    seen = described(idp, pool.id)
    assert seen["Name"] == "renamed"
    assert seen["DeletionProtection"] == "ACTIVE"
    assert seen["UserPoolTags"] == {"team": "blue"}
    assert seen["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True


def test_deletion_protection_keeps_a_pool(make_pool, idp):
    pool = make_pool(DeletionProtection="ACTIVE")
    with refused(
        "InvalidParameterException",
        "The user pool cannot be deleted because deletion protection is activated. "
        "Deletion protection must be inactivated first.",
    ):
        idp.delete_user_pool(UserPoolId=pool.id)
    idp.update_user_pool(UserPoolId=pool.id, DeletionProtection="INACTIVE")
    idp.delete_user_pool(UserPoolId=pool.id)
    with refused("ResourceNotFoundException", f"User pool {pool.id} does not exist."):
        idp.describe_user_pool(UserPoolId=pool.id)


def test_a_deleted_pool_takes_its_clients_and_users_along(pool, app, idp):
    user = pool.user()
    tokens = app.tokens(user)
    reply = pool.server.call("DeleteUserPool", {"UserPoolId": pool.id})
    assert (reply.status, reply.body) == (200, b"")
    with refused("ResourceNotFoundException", f"User pool client {app.id} does not exist."):
        app.start(user)
    with refused("ResourceNotFoundException", f"User pool {pool.id} does not exist."):
        pool.get(user)
    with pytest.raises(idp.exceptions.ClientError):
        idp.get_user(AccessToken=tokens["AccessToken"])


@pytest.mark.parametrize(
    "call",
    [
        lambda idp, id: idp.describe_user_pool(UserPoolId=id),
        lambda idp, id: idp.update_user_pool(UserPoolId=id),
        lambda idp, id: idp.delete_user_pool(UserPoolId=id),
        lambda idp, id: idp.get_user_pool_mfa_config(UserPoolId=id),
        lambda idp, id: idp.list_users(UserPoolId=id),
        lambda idp, id: idp.list_groups(UserPoolId=id),
        lambda idp, id: idp.list_user_pool_clients(UserPoolId=id),
        lambda idp, id: idp.admin_get_user(UserPoolId=id, Username="a"),
        lambda idp, id: idp.create_user_pool_client(UserPoolId=id, ClientName="a"),
        lambda idp, id: idp.create_group(UserPoolId=id, GroupName="a"),
    ],
)
def test_an_unknown_pool_is_named(idp, call):
    with refused("ResourceNotFoundException", "User pool us-east-1_NoSuchOne does not exist."):
        call(idp, "us-east-1_NoSuchOne")


def test_a_temporary_password_validity_of_zero_days_is_stored_as_seven(make_pool, idp):
    pool = make_pool(
        Policies={"PasswordPolicy": {"MinimumLength": 6, "TemporaryPasswordValidityDays": 0}}
    )
    policy = described(idp, pool.id)["Policies"]["PasswordPolicy"]
    assert policy["TemporaryPasswordValidityDays"] == 7
    assert policy["MinimumLength"] == 6


def test_the_policy_s_numbers_have_bounds(server):
    reply = server.call("CreateUserPool", {
        "PoolName": "p", "Policies": {"PasswordPolicy": {"MinimumLength": 5}},
    })
    assert (reply.status, reply.error) == (400, "InvalidParameterException")
    assert reply.message == (
        "1 validation error detected: Value '5' at 'policies.passwordPolicy.minimumLength' failed "
        "to satisfy constraint: Member must have value greater than or equal to 6"
    )


def test_device_configuration_is_on_by_its_presence(make_pool, idp):
    off = {"ChallengeRequiredOnNewDevice": False, "DeviceOnlyRememberedOnUserPrompt": False}
    pool = make_pool(DeviceConfiguration=off)
    assert described(idp, pool.id)["DeviceConfiguration"] == off
    # Whatever it says: devices are known from then on.
    assert pool.app().tokens(pool.user())["NewDeviceMetadata"]["DeviceKey"]


def test_aliases_and_username_attributes_exclude_each_other(idp):
    with refused(
        "InvalidParameterException",
        "Only one of the aliasAttributes or usernameAttributes can be set in a User pool.",
    ):
        idp.create_user_pool(
            PoolName="p", AliasAttributes=["email"], UsernameAttributes=["phone_number"]
        )


def test_verification_before_update_asks_for_automatic_verification(idp):
    with refused(
        "InvalidParameterException",
        "All attributes in AttributesRequireVerificationBeforeUpdate must exist in "
        "AutoVerifiedAttributes",
    ):
        idp.create_user_pool(
            PoolName="p",
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        )


@pytest.mark.parametrize(
    ("mechanisms", "text"),
    [
        (
            [("verified_email", 1), ("verified_phone_number", 1)],
            "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
        ),
        (
            [("verified_email", 1), ("verified_email", 2)],
            "Account Recovery Setting cannot have duplicate priorities or recovery mechanisms.",
        ),
        (
            [("admin_only", 1), ("verified_email", 2)],
            re.compile(".* cannot use admin_only setting with any other recovery mechanisms\\."),
        ),
    ],
)
def test_account_recovery_is_consistent(idp, mechanisms, text):
    listed = [{"Name": name, "Priority": priority} for name, priority in mechanisms]
    with refused("InvalidParameterException", text):
        idp.create_user_pool(
            PoolName="p", AccountRecoverySetting={"RecoveryMechanisms": listed}
        )


def test_two_validity_settings_for_temporary_passwords_are_refused(idp):
    with refused(
        "InvalidParameterException",
        "Please use TemporaryPasswordValidityDays in PasswordPolicy instead of "
        "UnusedAccountValidityDays",
    ):
        idp.create_user_pool(
            PoolName="p",
            Policies={"PasswordPolicy": {"MinimumLength": 8, "TemporaryPasswordValidityDays": 3}},
            AdminCreateUserConfig={"UnusedAccountValidityDays": 4},
        )


def test_the_two_forms_of_the_token_trigger_must_agree(idp, make_pool):
    with refused(
        "InvalidParameterException",
        "Cannot use PreTokenGenerationLambda and PreTokenGeneration with different Lambda "
        "function ARN's",
    ):
        idp.create_user_pool(
            PoolName="p",
            LambdaConfig={
                "PreTokenGeneration": FUNCTION,
                "PreTokenGenerationConfig": {
                    "LambdaVersion": "V2_0", "LambdaArn": OTHER_FUNCTION,
                },
            },
        )
    config = {"LambdaVersion": "V2_0", "LambdaArn": FUNCTION}
    pool = make_pool(LambdaConfig={"PreTokenGenerationConfig": config})
    assert described(idp, pool.id)["LambdaConfig"] == {
        "PreTokenGeneration": FUNCTION, "PreTokenGenerationConfig": config,
    }


def test_custom_senders_need_a_key(idp):
    sender = {"LambdaVersion": "V1_0", "LambdaArn": FUNCTION}
    with refused(
        "InvalidParameterException",
        "KMSKeyId parameter is required when Custom SMS/Email Lambda trigger is used.",
    ):
        idp.create_user_pool(PoolName="p", LambdaConfig={"CustomEmailSender": sender})
    made = idp.create_user_pool(
        PoolName="p", LambdaConfig={"CustomEmailSender": sender, "KMSKeyID": KEY}
    )
    assert made["UserPool"]["LambdaConfig"]["KMSKeyID"] == KEY


def test_a_function_of_another_region_is_refused(idp):
    with refused(
        "InvalidParameterException", "Cross-region lambda functions are not supported"
    ):
        idp.create_user_pool(
            PoolName="p",
            LambdaConfig={"PreSignUp": FUNCTION.replace("us-east-1", "eu-west-1")},
        )


def test_sign_in_policies_need_the_password(idp):
    with refused(
        "InvalidParameterException",
        "Password should be configured as one of the allowed first auth factors.",
    ):
        idp.create_user_pool(
            PoolName="p",
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["EMAIL_OTP"]}},
        )


def test_both_forms_of_the_verification_texts_are_shown(make_pool, idp):
    pool = make_pool(
        EmailVerificationMessage="Take {####}", EmailVerificationSubject="Here it is"
    )
    seen = described(idp, pool.id)
    assert seen["EmailVerificationMessage"] == "Take {####}"
    assert seen["EmailVerificationSubject"] == "Here it is"
    template = seen["VerificationMessageTemplate"]
    assert template["EmailMessage"] == "Take {####}"
    assert template["EmailSubject"] == "Here it is"
    assert template["DefaultEmailOption"] == "CONFIRM_WITH_CODE"


class TestLists:
    def test_max_results_is_required(self, server):
        reply = server.call("ListUserPools", {})
        assert reply.status == 400
        assert reply.error == "InvalidParameterException"
        assert reply.message == (
            "1 validation error detected: Value null at 'maxResults' failed to satisfy "
            "constraint: Member must not be null"
        )

    def test_max_results_has_bounds(self, server):
        for number, text in (
            (0, "Value '0' at 'maxResults' failed to satisfy constraint: Member must have value "
                "greater than or equal to 1"),
            (61, "Value '61' at 'maxResults' failed to satisfy constraint: Member must have "
                 "value less than or equal to 60"),
        ):
            reply = server.call("ListUserPools", {"MaxResults": number})
            assert (reply.status, reply.error) == (400, "InvalidParameterException")
            assert reply.message == "1 validation error detected: " + text

    def test_pages_join_to_the_whole(self, server):
        idp = sdk.client(server.url, region="eu-central-1")
        made = {idp.create_user_pool(PoolName=fresh("pool"))["UserPool"]["Id"] for _ in range(5)}
        assert all(pool_id.startswith("eu-central-1_") for pool_id in made)
        pages = list(
            idp.get_paginator("list_user_pools").paginate(PaginationConfig={"PageSize": 2})
        )
        assert all(len(page["UserPools"]) <= 2 for page in pages)
        listed = [item for page in pages for item in page["UserPools"]]
        assert len({item["Id"] for item in listed}) == len(listed)
        assert made <= {item["Id"] for item in listed}
        for item in listed:
            assert {"Id", "Name", "LambdaConfig", "LastModifiedDate", "CreationDate"} <= set(item)

    def test_a_list_shows_one_region(self, server, pool):
        here = sdk.client(server.url, region="ap-south-1")
        there = here.create_user_pool(PoolName="far")["UserPool"]["Id"]
        listed = {item["Id"] for item in here.list_user_pools(MaxResults=60)["UserPools"]}
        assert there in listed
        assert pool.id not in listed

    def test_a_made_up_token_is_refused(self, idp):
        with refused("InvalidParameterException"):
            idp.list_user_pools(MaxResults=1, NextToken="bm90LWEtdG9rZW4")


def test_the_count_of_users_follows_them(pool, idp):
    names = [pool.user() for _ in range(3)]
    assert described(idp, pool.id)["EstimatedNumberOfUsers"] == 3
    idp.admin_delete_user(UserPoolId=pool.id, Username=names[0])
    assert described(idp, pool.id)["EstimatedNumberOfUsers"] == 2


def test_a_request_id_is_a_uuid_and_never_the_same(pool, idp):
    ids = [
        idp.describe_user_pool(UserPoolId=pool.id)["ResponseMetadata"]["RequestId"]
        for _ in range(3)
    ]
    assert len({uuid.UUID(one) for one in ids}) == 3


def test_the_open_id_configuration_names_the_keys(pool, server):
    reply = server.get(f"/{pool.id}/.well-known/openid-configuration")
    assert reply.status == 200
    assert reply.headers["access-control-allow-origin"] == "*"
    document = reply.json()
    assert document["issuer"] == pool.issuer
    assert document["jwks_uri"] == f"{pool.issuer}/.well-known/jwks.json"
    assert document["id_token_signing_alg_values_supported"] == ["RS256"]
    assert document["subject_types_supported"] == ["public"]


def test_the_keys_are_two_of_rsa_2048(pool, server):
    reply = server.get(f"/{pool.id}/.well-known/jwks.json")
    assert reply.headers["access-control-allow-origin"] == "*"
    keys = reply.json()["keys"]
    assert len(keys) == 2
    for key in keys:
        assert set(key) == {"alg", "e", "kid", "kty", "n", "use"}
        assert (key["alg"], key["e"], key["kty"], key["use"]) == ("RS256", "AQAB", "RSA", "sig")
        assert re.fullmatch(r"[A-Za-z0-9+/]{43}=", key["kid"])
        assert re.fullmatch(r"[A-Za-z0-9_-]{342}", key["n"])
    assert keys[0]["kid"] != keys[1]["kid"]
