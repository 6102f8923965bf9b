"""Self sign-up: SignUp, ConfirmSignUp, ResendConfirmationCode."""

import re

import pytest

from cenote.scene import NEW_PASSWORD, PASSWORD, fresh, wrong_code
from cenote.sdk import attributes, refused, without_metadata

MISMATCH = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."


class TestSignUp:
    def test_the_answer_tells_where_the_code_went(self, pool, app, inbox):
        answer = without_metadata(app.sign_up("alice", email="alice@example.com"))
        sub = pool.attributes("alice")["sub"]
        assert answer == {
            "UserConfirmed": False,
            "UserSub": sub,
            "CodeDeliveryDetails": {
                "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email",
            },
        }
        message = inbox.newest(pool, "alice")
        assert message["to"] == "alice@example.com"
        assert message["medium"] == "EMAIL"
        assert message["subject"] == "Your verification code"
        assert message["body"] == f"Your confirmation code is {message['code']}"
        assert re.fullmatch(r"\d{6}", message["code"])
        assert pool.status("alice") == "UNCONFIRMED"
        assert pool.attributes("alice").get("email_verified", "false") == "false"

    def test_without_an_address_nothing_is_sent(self, pool, app, inbox):
        answer = without_metadata(app.sign_up("alice"))
        assert set(answer) == {"UserConfirmed", "UserSub"}
        assert pool.status("alice") == "UNCONFIRMED"
        assert inbox.messages(pool=pool.id) == []

    def test_without_automatic_verification_nothing_is_sent(self, make_pool, inbox):
        pool = make_pool()
        answer = without_metadata(pool.app().sign_up("alice", email="a@example.com"))
        assert set(answer) == {"UserConfirmed", "UserSub"}
        assert inbox.messages(pool=pool.id) == []

    def test_with_both_addresses_only_the_phone_gets_a_code(self, make_pool, inbox):
        pool = make_pool(
            AutoVerifiedAttributes=["email", "phone_number"],
            SmsConfiguration={
                "SnsCallerArn": "arn:aws:iam::123456789012:role/sms", "ExternalId": "x",
            },
        )
        answer = pool.app().sign_up("alice", email="a@example.com", phone_number="+15550101234")
        assert answer["CodeDeliveryDetails"] == {
            "Destination": "+*******1234", "DeliveryMedium": "SMS",
            "AttributeName": "phone_number",
        }
        messages = inbox.messages(pool=pool.id)
        assert [message["medium"] for message in messages] == ["SMS"]
        assert messages[0]["to"] == "+15550101234"

    def test_a_taken_name_is_refused(self, pool, app):
        pool.user("alice")
        with refused("UsernameExistsException", "User already exists"):
            app.sign_up("alice")

    def test_an_administrators_pool_takes_no_sign_ups(self, make_pool):
        pool = make_pool(AdminCreateUserConfig={"AllowAdminCreateUserOnly": True})
        with refused("NotAuthorizedException", "SignUp is not permitted for this user pool"):
            pool.app().sign_up("alice")

    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("Ab1!def", "Password not long enough"),
            ("lower-case-1", "Password must have uppercase characters"),
            ("UPPER-CASE-1", "Password must have lowercase characters"),
            ("No-Numbers-Here", "Password must have numeric characters"),
            ("NoSymbols123", "Password must have symbol characters"),
        ],
    )
    def test_the_password_policy_is_explained(self, app, password, reason):
        with refused(
            "InvalidPasswordException", f"Password did not conform with policy: {reason}"
        ):
            app.sign_up("alice", password)

    def test_a_password_is_required(self, server, app):
        reply = server.call("SignUp", {"ClientId": app.id, "Username": "alice"})
        assert (reply.status, reply.error) == (400, "InvalidParameterException")
        assert reply.message == (
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must not be null"
        )

    def test_required_attributes_are_named(self, make_pool):
        pool = make_pool(Schema=[{"Name": "email", "Required": True}])
        with refused(
            "InvalidParameterException",
            re.compile(
                r"Attributes did not conform to the schema: email: The attribute is required\s*"
            ),
        ):
            pool.app().sign_up("alice")

    def test_unknown_attributes_are_refused(self, app):
        with refused(
            "InvalidParameterException",
            re.compile(
                r"Attributes did not conform to the schema: custom:nope: Attribute does not exist "
                r"in the schema\.\s*|.*Type for attribute \{custom:nope\} could not be determined"
            ),
        ):
            app.sign_up("alice", custom_nope="x")

    def test_verified_flags_cannot_be_claimed(self, app):
        with refused(
            "NotAuthorizedException", "A client attempted to write unauthorized attribute"
        ):
            app.sign_up("alice", email="a@example.com", email_verified="true")

    def test_a_preferred_username_alias_comes_after_confirmation(self, make_pool):
        pool = make_pool(AliasAttributes=["preferred_username"])
        with refused("InvalidParameterException"):
            pool.app().sign_up("alice", preferred_username="al")

    def test_nothing_is_stored_after_a_refusal(self, pool, app):
        with refused("InvalidPasswordException"):
            app.sign_up("alice", "short")
        with refused("UserNotFoundException"):
            pool.get("alice")

    def test_an_unknown_client_is_named(self, idp):
        with refused(
            "ResourceNotFoundException", "User pool client 1example23456789 does not exist."
        ):
            idp.sign_up(ClientId="1example23456789", Username="alice", Password=PASSWORD)


class TestUsernameAttributes:
    @pytest.fixture
    def mail_pool(self, make_pool):
        return make_pool(UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])

    def test_the_address_becomes_an_attribute_and_the_sub_the_name(self, mail_pool, inbox):
        app = mail_pool.app()
        answer = app.sign_up("a@example.com")
        seen = mail_pool.get("a@example.com")
        assert seen["Username"] == answer["UserSub"]
        assert mail_pool.attributes(answer["UserSub"])["email"] == "a@example.com"
        app.confirm("a@example.com", inbox.code(mail_pool, "a@example.com"))
        assert mail_pool.attributes("a@example.com")["email_verified"] == "true"

    def test_a_taken_address_is_refused(self, mail_pool):
        app = mail_pool.app()
        app.sign_up("a@example.com")
        with refused(
            "UsernameExistsException", "An account with the given email already exists."
        ):
            app.sign_up("a@example.com")

    def test_a_taken_number_is_refused(self, make_pool):
        app = make_pool(UsernameAttributes=["phone_number"]).app()
        app.sign_up("+15550101234")
        with refused(
            "UsernameExistsException", "An account with the given phone_number already exists."
        ):
            app.sign_up("+15550101234")

    def test_other_names_are_refused(self, mail_pool):
        with refused("InvalidParameterException", "Username should be an email."):
            mail_pool.app().sign_up("alice")


class TestConfirm:
    def test_the_right_code_confirms_and_verifies(self, pool, app, inbox):
        app.sign_up("alice", email="a@example.com")
        code = inbox.code(pool, "alice")
        with refused("CodeMismatchException", MISMATCH):
            app.confirm("alice", wrong_code(code))
        assert pool.status("alice") == "UNCONFIRMED"
        assert without_metadata(app.confirm("alice", code)) == {}
        assert pool.status("alice") == "CONFIRMED"
        assert pool.attributes("alice")["email_verified"] == "true"
        assert "AccessToken" in app.tokens("alice")

    def test_a_second_time_tells_the_status(self, pool, app, inbox):
        app.sign_up("alice", email="a@example.com")
        code = inbox.code(pool, "alice")
        app.confirm("alice", code)
        with refused(
            "NotAuthorizedException", "User cannot be confirmed. Current status is CONFIRMED"
        ):
            app.confirm("alice", code)

    def test_a_code_expires_after_a_day(self, pool, app, inbox, clock):
        app.sign_up("alice", email="a@example.com")
        code = inbox.code(pool, "alice")
        clock.advance(24 * 3600 + 1)
        with refused("ExpiredCodeException", EXPIRED):
            app.confirm("alice", code)
        app.idp.resend_confirmation_code(ClientId=app.id, Username="alice")
        app.confirm("alice", inbox.code(pool, "alice"))

    def test_a_code_lives_for_almost_a_day(self, pool, app, inbox, clock):
        app.sign_up("alice", email="a@example.com")
        clock.advance(24 * 3600 - 60)
        app.confirm("alice", inbox.code(pool, "alice"))

    def test_without_an_outstanding_code(self, pool, app):
        app.sign_up("alice")
        with refused("ExpiredCodeException", EXPIRED):
            app.confirm("alice", "123456")

    def test_an_unknown_user_is_told_so(self, app):
        with refused("UserNotFoundException", "Username/client id combination not found."):
            app.confirm("nobody", "123456")

    def test_too_many_attempts_are_stopped(self, pool, app, inbox):
        app.sign_up("alice", email="a@example.com")
        code = inbox.code(pool, "alice")
        seen = []
        for _ in range(16):
            with pytest.raises(app.idp.exceptions.ClientError) as caught:
                app.confirm("alice", wrong_code(code))
            seen.append(caught.value.response["Error"]["Code"])
        assert seen[0] == "CodeMismatchException"
        assert seen[-1] in ("LimitExceededException", "TooManyFailedAttemptsException")
        with pytest.raises(app.idp.exceptions.ClientError) as caught:
            app.confirm("alice", code)
        assert caught.value.response["Error"]["Code"] == seen[-1]

    def test_a_user_without_confirmation_cannot_sign_in(self, pool, app):
        app.sign_up("alice", email="a@example.com")
        with refused("UserNotConfirmedException", "User is not confirmed."):
            app.start("alice")
        with refused("NotAuthorizedException", "Incorrect username or password."):
            app.start("alice", NEW_PASSWORD)


class TestAliases:
    @pytest.fixture
    def scene(self, make_pool, inbox):
        pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
        owner = pool.user(email="a@example.com", email_verified="true")
        app = pool.app()
        second = fresh()
        app.sign_up(second, email="a@example.com")
        return pool, app, owner, second, inbox.code(pool, second)

    def test_a_taken_alias_leaves_the_newcomer_unconfirmed(self, scene):
        pool, app, owner, second, code = scene
        with refused("AliasExistsException", "An account with the email already exists."):
            app.confirm(second, code)
        assert pool.status(second) == "UNCONFIRMED"
        assert pool.attributes(owner)["email_verified"] == "true"

    def test_force_moves_the_alias(self, scene):
        pool, app, owner, second, code = scene
        app.confirm(second, code, ForceAliasCreation=True)
        assert pool.status(second) == "CONFIRMED"
        assert pool.get("a@example.com")["Username"] == second
        old = pool.attributes(owner)
        assert (old["email"], old["email_verified"]) == ("a@example.com", "false")
        claims = pool.claims(app.tokens("a@example.com")["AccessToken"])
        assert claims["username"] == second


class TestResend:
    def resend(self, app, username):
        return app.idp.resend_confirmation_code(ClientId=app.id, Username=username)

    def test_a_new_code_confirms(self, pool, app, inbox):
        app.sign_up("alice", email="a@example.com")
        answer = without_metadata(self.resend(app, "alice"))
        assert answer == {"CodeDeliveryDetails": {
            "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email",
        }}
        messages = inbox.messages(pool=pool.id, user="alice")
        assert len(messages) == 2
        app.confirm("alice", messages[0]["code"])

    def test_not_for_a_confirmed_user(self, pool, app):
        name = pool.user(email="a@example.com")
        with refused("InvalidParameterException", "User is already confirmed."):
            self.resend(app, name)

    def test_not_without_automatic_verification(self, make_pool):
        app = make_pool().app()
        app.sign_up("alice", email="a@example.com")
        with refused(
            "InvalidParameterException",
            "Cannot resend codes. Auto verification not turned on.",
        ):
            self.resend(app, "alice")

    def test_unknown_users(self, app):
        with refused("UserNotFoundException", "Username/client id combination not found."):
            self.resend(app, "nobody")

    def test_five_times_an_hour(self, pool, app, clock):
        app.sign_up("alice", email="a@example.com")
        for _ in range(5):
            self.resend(app, "alice")
        with refused(
            "LimitExceededException", "Attempt limit exceeded, please try after some time."
        ):
            self.resend(app, "alice")
        clock.advance(3601)
        self.resend(app, "alice")


class TestSecrets:
    def test_a_secret_client_asks_for_the_hash(self, pool):
        app = pool.app(GenerateSecret=True)
        with refused(
            "NotAuthorizedException",
            f"Client {app.id} is configured with secret but SECRET_HASH was not received",
        ):
            app.idp.sign_up(ClientId=app.id, Username="alice", Password=PASSWORD)
        with refused(
            "NotAuthorizedException", f"Unable to verify secret hash for client {app.id}"
        ):
            app.idp.sign_up(
                ClientId=app.id, Username="alice", Password=PASSWORD, SecretHash=app.hash("bob")
            )
        assert app.sign_up("alice")["UserConfirmed"] is False

    def test_a_public_client_refuses_one(self, app):
        with refused(
            "NotAuthorizedException", f"Unable to verify secret hash for client {app.id}"
        ):
            app.idp.sign_up(
                ClientId=app.id, Username="alice", Password=PASSWORD, SecretHash="aGFzaA=="
            )


def test_writing_outside_the_clients_list_is_refused(pool):
    app = pool.app(WriteAttributes=["email"])
    with refused("NotAuthorizedException", "A client attempted to write unauthorized attribute"):
        app.sign_up("alice", email="a@example.com", nickname="Al")
    app.idp.sign_up(
        ClientId=app.id, Username="alice", Password=PASSWORD,
        UserAttributes=attributes({"email": "a@example.com"}),
    )
