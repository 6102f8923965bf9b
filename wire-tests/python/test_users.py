"""Users as the administrator sees them."""

import re

import pytest

from cenote.scene import NEW_PASSWORD, PASSWORD
from cenote.sdk import as_dict, attributes, refused, without_metadata

TAKEN = re.compile("An account with the .*email already ex.*")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def raw(pool, operation, **body):
    return pool.server.call(operation, {"UserPoolId": pool.id} | body)


class TestCreate:
    def test_the_answer_has_a_sub_that_nobody_gave(self, pool):
        made = pool.invite("alice", email="alice@example.com")
        assert set(made) == {
            "Username", "Attributes", "UserCreateDate", "UserLastModifiedDate", "Enabled",
            "UserStatus",
        }
        assert made["Username"] == "alice"
        assert made["Enabled"] is True
        assert made["UserStatus"] == "FORCE_CHANGE_PASSWORD"
        assert made["UserCreateDate"] == made["UserLastModifiedDate"]
        values = as_dict(made["Attributes"])
        assert UUID.fullmatch(values.pop("sub"))
        assert values == {"email": "alice@example.com"}

    def test_admin_get_user_calls_them_user_attributes(self, pool):
        made = pool.invite("alice", email="a@example.com", email_verified="true")
        seen = without_metadata(pool.get("alice"))
        assert set(seen) == {
            "Username", "UserAttributes", "UserCreateDate", "UserLastModifiedDate", "Enabled",
            "UserStatus",
        }
        assert as_dict(seen["UserAttributes"]) == as_dict(made["Attributes"])
        assert as_dict(seen["UserAttributes"])["email_verified"] == "true"

    def test_every_pool_finds_a_user_by_sub(self, make_pool):
        for settings in ({}, {"AliasAttributes": ["email"]}, {"UsernameAttributes": ["email"]}):
            pool = make_pool(**settings)
            name = "a@example.com" if "UsernameAttributes" in settings else "alice"
            sub = as_dict(pool.invite(name)["Attributes"])["sub"]
            seen = pool.get(sub)
            assert as_dict(seen["UserAttributes"])["sub"] == sub

    def test_a_taken_name_is_refused(self, pool):
        pool.invite("alice")
        with refused("UsernameExistsException", "User account already exists"):
            pool.invite("alice")

    def test_two_users_may_share_an_address(self, pool):
        pool.invite("alice", email="shared@example.com", email_verified="true")
        pool.invite("bob", email="shared@example.com", email_verified="true")
        found = pool.idp.list_users(UserPoolId=pool.id, Filter='email = "shared@example.com"')
        assert {user["Username"] for user in found["Users"]} == {"alice", "bob"}

    def test_required_attributes_are_not_asked_of_the_administrator(self, make_pool):
        pool = make_pool(Schema=[{"Name": "given_name", "Required": True}])
        assert pool.invite("alice")["UserStatus"] == "FORCE_CHANGE_PASSWORD"

    def test_a_temporary_password_meets_the_policy(self, pool):
        for password, reason in (
            ("Ab1!", "Password not long enough"),
            ("temporary-1", "Password must have uppercase characters"),
            ("TEMPORARY-1", "Password must have lowercase characters"),
            ("Temporary-", "Password must have numeric characters"),
            ("Temporary1", "Password must have symbol characters"),
        ):
            with refused(
                "InvalidPasswordException", f"Password did not conform with policy: {reason}"
            ):
                pool.invite("alice", temporary=password)
        with refused("UserNotFoundException", "User does not exist."):
            pool.get("alice")

    def test_a_generated_password_arrives_in_the_invitation(self, make_pool, inbox):
        pool = make_pool(
            Policies={"PasswordPolicy": {
                "MinimumLength": 14, "RequireUppercase": True, "RequireLowercase": True,
                "RequireNumbers": True, "RequireSymbols": True,
            }}
        )
        app = pool.app()
        pool.idp.admin_create_user(
            UserPoolId=pool.id,
            Username="alice",
            UserAttributes=attributes({"email": "a@example.com"}),
            DesiredDeliveryMediums=["EMAIL"],
        )
        message = inbox.newest(pool, "alice")
        assert message["subject"] == "Your temporary password"
        temporary = message["code"]
        assert message["body"] == (
            f"Your username is alice and temporary password is {temporary}."
        ) or "&" in message["body"]
        assert len(temporary) >= 14
        for kind in ("[A-Z]", "[a-z]", "[0-9]", r"[^A-Za-z0-9\s]"):
            assert re.search(kind, temporary), temporary
        assert app.start("alice", temporary)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def test_unknown_attributes_are_refused(self, pool):
        with refused(
            "InvalidParameterException",
            re.compile(
                r"Attributes did not conform to the schema: custom:nope: Attribute does not exist "
                r"in the schema\.\s*|.*Type for attribute \{custom:nope\} could not be determined"
            ),
        ):
            pool.invite("alice", custom_nope="1")

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            ({"email": "not-an-address"}, "Invalid email address format."),
            ({"phone_number": "0151 5550100"}, "Invalid phone number format."),
        ],
    )
    def test_addresses_have_a_form(self, pool, values, text):
        with refused("InvalidParameterException", text):
            pool.invite("alice", **values)


class TestResend:
    def resend(self, pool, username, **extra):
        return pool.idp.admin_create_user(
            UserPoolId=pool.id, Username=username, MessageAction="RESEND",
            DesiredDeliveryMediums=["EMAIL"], **extra,
        )

    def test_a_new_temporary_password_replaces_the_old_one(self, pool, app, inbox):
        pool.idp.admin_create_user(
            UserPoolId=pool.id, Username="alice", DesiredDeliveryMediums=["EMAIL"],
            UserAttributes=attributes({"email": "a@example.com"}),
        )
        old = inbox.code(pool, "alice")
        self.resend(pool, "alice")
        new = inbox.code(pool, "alice")
        assert new != old
        with refused("NotAuthorizedException", "Incorrect username or password."):
            app.start("alice", old)
        assert app.start("alice", new)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"

    def test_not_for_a_confirmed_user(self, pool):
        name = pool.user()
        with refused(
            "UnsupportedUserStateException",
            f"Resend not possible. {name} status is not FORCE_CHANGE_PASSWORD",
        ):
            self.resend(pool, name)

    def test_not_for_an_unknown_user(self, pool):
        with refused("UserNotFoundException", "User does not exist."):
            self.resend(pool, "nobody")


@pytest.mark.parametrize(
    ("operation", "extra"),
    [
        ("AdminGetUser", {}),
        ("AdminDeleteUser", {}),
        ("AdminDisableUser", {}),
        ("AdminEnableUser", {}),
        ("AdminConfirmSignUp", {}),
        ("AdminResetUserPassword", {}),
        ("AdminUserGlobalSignOut", {}),
        ("AdminSetUserPassword", {"Password": PASSWORD, "Permanent": True}),
        ("AdminUpdateUserAttributes", {"UserAttributes": [{"Name": "name", "Value": "A"}]}),
        ("AdminDeleteUserAttributes", {"UserAttributeNames": ["name"]}),
        ("AdminListGroupsForUser", {}),
        ("AdminSetUserSettings", {"MFAOptions": []}),
    ],
)
def test_an_unknown_user_is_not_found(pool, operation, extra):
    reply = raw(pool, operation, Username="nobody", **extra)
    assert (reply.status, reply.error) == (400, "UserNotFoundException")
    assert reply.message == "User does not exist."


def test_an_email_is_no_name_in_a_pool_of_usernames(pool):
    pool.invite("alice", email="alice@example.com", email_verified="true")
    with refused("UserNotFoundException", "User does not exist."):
        pool.get("alice@example.com")


class TestUpdateAttributes:
    def test_a_blank_value_deletes(self, pool):
        name = pool.user(nickname="Al", email="a@example.com")
        assert without_metadata(pool.update(name, nickname="")) == {}
        assert "nickname" not in pool.attributes(name)

    def test_a_changed_email_is_no_longer_verified(self, pool):
        name = pool.user(email="a@example.com", email_verified="true")
        pool.update(name, email="b@example.com")
        seen = pool.attributes(name)
        assert (seen["email"], seen["email_verified"]) == ("b@example.com", "false")

    def test_verified_with_the_address_sends_nothing(self, pool, inbox):
        name = pool.user(email="a@example.com", email_verified="true")
        pool.update(name, email="b@example.com", email_verified="true")
        assert pool.attributes(name)["email_verified"] == "true"
        assert inbox.messages(pool=pool.id, user=name) == []

    def test_verified_needs_an_address(self, pool):
        name = pool.user()
        with refused("InvalidParameterException"):
            pool.update(name, email_verified="true")

    def test_a_code_goes_to_the_new_address_when_it_is_verified_automatically(self, pool, inbox):
        name = pool.user(email="a@example.com", email_verified="true")
        pool.update(name, email="b@example.com")
        message = inbox.newest(pool, name)
        assert (message["to"], message["medium"]) == ("b@example.com", "EMAIL")
        assert re.fullmatch(r"\d{6}", message["code"])

    def test_immutable_attributes_stay_even_when_never_set(self, make_pool):
        pool = make_pool(
            Schema=[{"Name": "tenant", "AttributeDataType": "String", "Mutable": False}]
        )
        given = pool.user(custom_tenant="t1")
        bare = pool.user()
        for name in (given, bare):
            with refused(
                "InvalidParameterException",
                re.compile(
                    r"(Invalid user attributes: )?user\.custom:tenant: Attribute cannot be "
                    r"updated\.\n"
                ),
            ):
                pool.update(name, custom_tenant="t2")
        assert pool.attributes(given)["custom:tenant"] == "t1"

    def test_unknown_attributes_are_named(self, pool):
        name = pool.user()
        with refused(
            "InvalidParameterException",
            "Invalid user attributes: user.custom:foo: Attribute does not exist in the schema.\n",
        ):
            pool.update(name, custom_foo="1")

    def test_sub_is_never_written(self, pool):
        name = pool.user()
        sub = pool.attributes(name)["sub"]
        with refused("InvalidParameterException"):
            pool.update(name, sub="11111111-2222-4333-8444-555555555555")
        assert pool.attributes(name)["sub"] == sub

    def test_nothing_is_written_when_one_value_is_wrong(self, pool):
        name = pool.user(nickname="Al")
        with refused("InvalidParameterException"):
            pool.update(name, nickname="Bo", custom_foo="1")
        assert pool.attributes(name)["nickname"] == "Al"

    def test_a_verified_alias_of_another_user_is_refused(self, make_pool):
        pool = make_pool(AliasAttributes=["email"])
        pool.user(email="a@example.com", email_verified="true")
        other = pool.user(email="b@example.com", email_verified="true")
        with refused("AliasExistsException", TAKEN):
            pool.update(other, email="a@example.com", email_verified="true")
        assert pool.attributes(other)["email"] == "b@example.com"

    def test_verification_before_update_holds_for_the_administrator_too(self, make_pool, inbox):
        pool = make_pool(
            AutoVerifiedAttributes=["email"],
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        )
        name = pool.user(email="a@example.com", email_verified="true")
        pool.update(name, email="b@example.com")
        assert pool.attributes(name)["email"] == "a@example.com"
        assert inbox.newest(pool, name)["to"] == "b@example.com"
        pool.update(name, email="c@example.com", email_verified="true")
        seen = pool.attributes(name)
        assert (seen["email"], seen["email_verified"]) == ("c@example.com", "true")

    def test_custom_numbers_keep_to_their_range(self, make_pool):
        pool = make_pool(Schema=[{
            "Name": "age", "AttributeDataType": "Number", "Mutable": True,
            "NumberAttributeConstraints": {"MinValue": "1", "MaxValue": "150"},
        }])
        name = pool.user(custom_age="42")
        assert pool.attributes(name)["custom:age"] == "42"
        for value in ("0", "151", "old"):
            with refused("InvalidParameterException"):
                pool.update(name, custom_age=value)
        assert pool.attributes(name)["custom:age"] == "42"

    def test_developer_attributes_are_the_administrator_s(self, make_pool):
        pool = make_pool(Schema=[{
            "Name": "note", "AttributeDataType": "String", "DeveloperOnlyAttribute": True,
            "Mutable": True,
        }])
        name = pool.user()
        pool.idp.admin_update_user_attributes(
            UserPoolId=pool.id, Username=name,
            UserAttributes=[{"Name": "dev:custom:note", "Value": "n"}],
        )
        assert pool.attributes(name)["dev:custom:note"] == "n"


class TestDeleteAttributes:
    def delete(self, pool, username, *names):
        return pool.idp.admin_delete_user_attributes(
            UserPoolId=pool.id, Username=username, UserAttributeNames=list(names)
        )

    def test_an_address_takes_its_flag_along(self, pool):
        name = pool.user(email="a@example.com", email_verified="true", nickname="Al")
        assert without_metadata(self.delete(pool, name, "email")) == {}
        assert set(pool.attributes(name)) == {"sub", "nickname"}

    def test_required_attributes_stay(self, make_pool):
        pool = make_pool(Schema=[{"Name": "phone_number", "Required": True}])
        name = pool.user(phone_number="+15550100")
        with refused(
            "InvalidParameterException",
            "Invalid user attributes: phone_number: Required attribute cannot be deleted.",
        ):
            self.delete(pool, name, "phone_number")

    def test_unknown_names_are_refused(self, pool):
        name = pool.user()
        with refused("InvalidParameterException"):
            self.delete(pool, name, "custom:nope")


class TestEnabling:
    def test_disabling_keeps_the_status_and_may_be_repeated(self, pool):
        name = pool.user()
        for _ in range(2):
            answer = pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name)
            assert without_metadata(answer) == {}
        seen = pool.get(name)
        assert (seen["Enabled"], seen["UserStatus"]) == (False, "CONFIRMED")
        pool.idp.admin_enable_user(UserPoolId=pool.id, Username=name)
        assert pool.get(name)["Enabled"] is True

    def test_a_disabled_user_is_told_so_only_with_the_right_password(self, pool, app):
        name = pool.user()
        pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name)
        with refused("NotAuthorizedException", "User is disabled."):
            app.start(name)
        with refused("NotAuthorizedException", "Incorrect username or password."):
            app.start(name, "Wrong-Password-1")

    def test_enabling_again_does_not_revive_tokens(self, pool, app):
        name = pool.user()
        tokens = app.tokens(name)
        pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name)
        pool.idp.admin_enable_user(UserPoolId=pool.id, Username=name)
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            app.refresh(tokens["RefreshToken"])
        assert pool.idp.get_user(AccessToken=app.tokens(name)["AccessToken"])["Username"] == name


class TestDelete:
    def test_the_answer_is_empty_and_the_name_is_free_again(self, pool, app):
        name = pool.user()
        sub = pool.attributes(name)["sub"]
        tokens = app.tokens(name)
        reply = raw(pool, "AdminDeleteUser", Username=name)
        assert (reply.status, reply.body) == (200, b"")
        assert reply.headers["content-length"] == "0"
        with refused("UserNotFoundException", "User does not exist."):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])
        pool.user(name)
        assert pool.attributes(name)["sub"] != sub
        with pytest.raises(pool.idp.exceptions.ClientError):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])


class TestSetPassword:
    def test_permanent_confirms(self, pool, app):
        app.sign_up("dora", email="d@example.com")
        assert pool.status("dora") == "UNCONFIRMED"
        assert without_metadata(pool.set_password("dora", NEW_PASSWORD)) == {}
        assert pool.status("dora") == "CONFIRMED"
        assert "AccessToken" in app.tokens("dora", NEW_PASSWORD)

    def test_permanent_ends_the_temporary_state(self, pool, app):
        name = pool.invite()["Username"]
        pool.set_password(name, NEW_PASSWORD)
        assert pool.status(name) == "CONFIRMED"
        assert "AccessToken" in app.tokens(name, NEW_PASSWORD)

    def test_temporary_asks_for_a_new_one(self, pool, app):
        name = pool.user()
        pool.set_password(name, NEW_PASSWORD, permanent=False)
        assert pool.status(name) == "FORCE_CHANGE_PASSWORD"
        assert app.start(name, NEW_PASSWORD)["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        with refused("NotAuthorizedException", "Incorrect username or password."):
            app.start(name, PASSWORD)

    def test_the_policy_holds(self, pool):
        name = pool.user()
        with refused(
            "InvalidPasswordException", "Password does not conform to policy: Password not long "
            "enough",
        ):
            pool.set_password(name, "Ab1!")

    def test_tokens_stay(self, pool, app):
        name = pool.user()
        tokens = app.tokens(name)
        pool.set_password(name, NEW_PASSWORD)
        assert pool.idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == name
        assert "AccessToken" in app.refresh(tokens["RefreshToken"])


class TestConfirm:
    def test_the_administrator_confirms_without_verifying(self, pool, app):
        app.sign_up("alice", email="a@example.com")
        answer = pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username="alice")
        assert without_metadata(answer) == {}
        assert pool.status("alice") == "CONFIRMED"
        assert pool.attributes("alice").get("email_verified", "false") == "false"

    def test_only_once(self, pool):
        name = pool.user()
        with refused(
            "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"
        ):
            pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)

    def test_an_invited_user_cannot_be_confirmed(self, pool):
        name = pool.invite()["Username"]
        with refused(
            "NotAuthorizedException",
            "User cannot be confirmed. Current status is FORCE_CHANGE_PASSWORD",
        ):
            pool.idp.admin_confirm_sign_up(UserPoolId=pool.id, Username=name)
