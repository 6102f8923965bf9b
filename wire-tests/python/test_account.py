"""What signed-in users do with their own account."""

import re

import pytest

from cenote.scene import wrong_code
from cenote.sdk import as_dict, attributes, refused, without_metadata

MISMATCH = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."


@pytest.fixture
def me(pool, app):
    """A signed-in user: his name and his access token."""
    name = pool.user(email="alice@example.com", email_verified="true", nickname="Al")
    return name, app.tokens(name)["AccessToken"]


def update(pool, token, **values):
    return pool.idp.update_user_attributes(
        AccessToken=token, UserAttributes=attributes(values)
    )


def get(pool, token):
    return as_dict(pool.idp.get_user(AccessToken=token)["UserAttributes"])


class TestGetUser:
    def test_the_answer_has_neither_status_nor_dates(self, pool, me):
        name, token = me
        answer = without_metadata(pool.idp.get_user(AccessToken=token))
        assert set(answer) == {"Username", "UserAttributes"}
        assert answer["Username"] == name
        values = as_dict(answer["UserAttributes"])
        assert values.pop("sub") == pool.attributes(name)["sub"]
        assert values == {
            "email": "alice@example.com", "email_verified": "true", "nickname": "Al",
        }

    def test_only_readable_attributes_are_shown(self, pool):
        name = pool.user(email="a@example.com", email_verified="true", nickname="Al")
        app = pool.app(ReadAttributes=["nickname"])
        tokens = app.tokens(name)
        assert set(get(pool, tokens["AccessToken"])) <= {"sub", "nickname"}
        identity = pool.claims(tokens["IdToken"], app.id)
        assert identity["nickname"] == "Al"
        assert "email" not in identity
        assert "email_verified" not in identity

    @pytest.mark.parametrize("token", ["not-a-token", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
    def test_what_is_no_token(self, idp, token):
        with refused("NotAuthorizedException", "Invalid Access Token"):
            idp.get_user(AccessToken=token)

    def test_an_id_token_is_no_access_token(self, pool, app):
        tokens = app.tokens(pool.user())
        with refused("NotAuthorizedException", "Invalid Access Token"):
            pool.idp.get_user(AccessToken=tokens["IdToken"])

    def test_a_changed_signature_is_refused(self, pool, me):
        head, body, signature = me[1].split(".")
        swapped = ("B" if signature[9] == "A" else "A").join((signature[:9], signature[10:]))
        with refused(
            "NotAuthorizedException",
            re.compile("Could not verify signature for Access Token|Invalid Access Token"),
        ):
            pool.idp.get_user(AccessToken=".".join((head, body, swapped)))

    def test_an_old_token_has_expired(self, pool, me, clock):
        clock.advance(3601)
        with refused("NotAuthorizedException", "Access Token has expired"):
            pool.idp.get_user(AccessToken=me[1])


class TestUpdate:
    def test_values_are_written_and_blanks_delete(self, pool, me):
        _, token = me
        assert without_metadata(update(pool, token, nickname="", name="Alice")).get(
            "CodeDeliveryDetailsList", []
        ) == []
        seen = get(pool, token)
        assert seen["name"] == "Alice"
        assert "nickname" not in seen

    def test_a_new_address_gets_a_code_and_is_unverified(self, pool, me, inbox):
        name, token = me
        answer = update(pool, token, email="bob@example.com")
        assert answer["CodeDeliveryDetailsList"] == [{
            "Destination": "b***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email",
        }]
        seen = get(pool, token)
        assert (seen["email"], seen["email_verified"]) == ("bob@example.com", "false")
        message = inbox.newest(pool, name)
        assert message["to"] == "bob@example.com"
        pool.idp.verify_user_attribute(
            AccessToken=token, AttributeName="email", Code=message["code"]
        )
        assert get(pool, token)["email_verified"] == "true"

    def test_no_code_without_automatic_verification(self, make_pool, inbox):
        pool = make_pool()
        app = pool.app()
        name = pool.user(email="a@example.com", email_verified="true")
        token = app.tokens(name)["AccessToken"]
        answer = update(pool, token, email="b@example.com")
        assert answer.get("CodeDeliveryDetailsList", []) == []
        assert inbox.messages(pool=pool.id) == []
        assert get(pool, token)["email_verified"] == "false"

    def test_verified_flags_cannot_be_claimed(self, pool, me):
        with refused(
            "NotAuthorizedException", "A client attempted to write unauthorized attribute"
        ):
            update(pool, me[1], email_verified="true")

    def test_the_clients_list_limits_writing(self, pool):
        app = pool.app(WriteAttributes=["email"])
        token = app.tokens(pool.user())["AccessToken"]
        with refused(
            "NotAuthorizedException", "A client attempted to write unauthorized attribute"
        ):
            update(pool, token, nickname="Al")

    def test_the_old_address_stays_until_the_new_one_is_verified(self, make_pool, inbox):
        pool = make_pool(
            UsernameAttributes=["email"],
            AutoVerifiedAttributes=["email"],
            UserAttributeUpdateSettings={"AttributesRequireVerificationBeforeUpdate": ["email"]},
        )
        app = pool.app()
        pool.user("a@example.com", email_verified="true")
        token = app.tokens("a@example.com")["AccessToken"]
        update(pool, token, email="b@example.com")
        seen = get(pool, token)
        assert (seen["email"], seen["email_verified"]) == ("a@example.com", "true")
        assert "AccessToken" in app.tokens("a@example.com")
        with refused("UserNotFoundException"):
            app.start("b@example.com")
        code = inbox.newest(pool, to="b@example.com")["code"]
        pool.idp.verify_user_attribute(AccessToken=token, AttributeName="email", Code=code)
        seen = get(pool, token)
        assert (seen["email"], seen["email_verified"]) == ("b@example.com", "true")
        assert "AccessToken" in app.tokens("b@example.com")
        with refused("UserNotFoundException"):
            app.start("a@example.com")

    def test_bad_values_are_refused_and_nothing_is_written(self, pool, me):
        name, token = me
        with refused("InvalidParameterException", "Invalid email address format."):
            update(pool, token, email="nope", nickname="Bo")
        assert pool.attributes(name)["nickname"] == "Al"


class TestDeleteAttributes:
    def delete(self, pool, token, *names):
        return pool.idp.delete_user_attributes(AccessToken=token, UserAttributeNames=list(names))

    def test_an_address_takes_its_flag_along(self, pool, me):
        name, token = me
        assert without_metadata(self.delete(pool, token, "email", "nickname")) == {}
        assert set(pool.attributes(name)) == {"sub"}

    def test_required_attributes_stay(self, make_pool):
        pool = make_pool(Schema=[{"Name": "phone_number", "Required": True}])
        name = pool.user(phone_number="+15550100")
        with refused(
            "InvalidParameterException",
            "Invalid user attributes: phone_number: Required attribute cannot be deleted.",
        ):
            self.delete(pool, pool.app().tokens(name)["AccessToken"], "phone_number")


class TestVerify:
    def send(self, pool, token, name="email"):
        return pool.idp.get_user_attribute_verification_code(
            AccessToken=token, AttributeName=name
        )

    def verify(self, pool, token, code, name="email"):
        return pool.idp.verify_user_attribute(AccessToken=token, AttributeName=name, Code=code)

    def test_a_code_verifies_once(self, pool, app, inbox):
        name = pool.user(email="alice@example.com")
        token = app.tokens(name)["AccessToken"]
        answer = self.send(pool, token)
        assert answer["CodeDeliveryDetails"] == {
            "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email",
        }
        code = inbox.code(pool, name)
        with refused("CodeMismatchException", MISMATCH):
            self.verify(pool, token, wrong_code(code))
        assert without_metadata(self.verify(pool, token, code)) == {}
        assert get(pool, token)["email_verified"] == "true"
        with refused("ExpiredCodeException", EXPIRED):
            self.verify(pool, token, code)

    def test_a_code_expires_after_a_day(self, make_pool, inbox, clock):
        pool = make_pool(AutoVerifiedAttributes=["email"])
        app = pool.app(AccessTokenValidity=24, IdTokenValidity=24)
        name = pool.user(email="alice@example.com")
        tokens = app.tokens(name)
        self.send(pool, tokens["AccessToken"])
        code = inbox.code(pool, name)
        clock.advance(24 * 3600 + 1)
        fresh = app.refresh(tokens["RefreshToken"])["AccessToken"]
        with refused("ExpiredCodeException", EXPIRED):
            self.verify(pool, fresh, code)

    def test_also_what_is_not_verified_automatically(self, pool, app, inbox):
        name = pool.user(phone_number="+15550101234")
        token = app.tokens(name)["AccessToken"]
        answer = self.send(pool, token, "phone_number")
        assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "SMS"
        self.verify(pool, token, inbox.code(pool, name), "phone_number")
        assert get(pool, token)["phone_number_verified"] == "true"

    def test_other_attributes_cannot_be_verified(self, pool, me):
        with refused(
            "InvalidParameterException",
            "Invalid attribute name. Only phone_number and email can be verified.",
        ):
            self.send(pool, me[1], "nickname")

    def test_a_missing_address_cannot_be_verified(self, pool, app):
        token = app.tokens(pool.user())["AccessToken"]
        with refused("InvalidParameterException"):
            self.send(pool, token)

    def test_an_alias_moves_silently(self, make_pool, inbox):
        pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
        app = pool.app()
        owner = pool.user(email="a@example.com", email_verified="true")
        second = pool.user(email="a@example.com", email_verified="false")
        token = app.tokens(second)["AccessToken"]
        self.send(pool, token)
        self.verify(pool, token, inbox.code(pool, second))
        assert pool.get("a@example.com")["Username"] == second
        assert pool.attributes(owner)["email_verified"] == "false"

    def test_five_codes_an_hour(self, pool, me):
        for _ in range(5):
            self.send(pool, me[1])
        with refused(
            "LimitExceededException", "Attempt limit exceeded, please try after some time."
        ):
            self.send(pool, me[1])


def test_deleting_oneself_answers_empty_and_ends_everything(pool, app):
    name = pool.user()
    tokens = app.tokens(name)
    reply = pool.server.call("DeleteUser", {"AccessToken": tokens["AccessToken"]})
    assert (reply.status, reply.body) == (200, b"")
    with refused("UserNotFoundException", "User does not exist."):
        pool.get(name)
    with refused("UserNotFoundException", "User does not exist."):
        pool.idp.get_user(AccessToken=tokens["AccessToken"])
    with pytest.raises(pool.idp.exceptions.ClientError):
        app.refresh(tokens["RefreshToken"])


def test_set_user_settings_needs_no_more_than_a_token(pool, me):
    assert without_metadata(pool.idp.set_user_settings(AccessToken=me[1], MFAOptions=[])) == {}


def test_no_factor_no_mfa_members(pool, me):
    name, token = me
    for answer in (pool.idp.get_user(AccessToken=token), pool.get(name)):
        for absent in ("UserMFASettingList", "PreferredMfaSetting", "MFAOptions"):
            assert absent not in answer
