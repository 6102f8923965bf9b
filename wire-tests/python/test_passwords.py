"""Changing and recovering passwords, and their policy over time."""

import re

import pytest

from cenote.scene import NEW_PASSWORD, PASSWORD, wrong_code
from cenote.sdk import refused, without_metadata

MISMATCH = "Invalid verification code provided, please try again."
EXPIRED = "Invalid code provided, please request a code again."
NO_CONTACT = (
    "Cannot reset password for the user as there is no registered/verified email or phone_number"
)
LIMIT = "Attempt limit exceeded, please try after some time."


@pytest.fixture
def user(pool):
    return pool.user(email="alice@example.com", email_verified="true")


class TestChange:
    def change(self, pool, token, old=PASSWORD, new=NEW_PASSWORD):
        return pool.idp.change_password(
            AccessToken=token, PreviousPassword=old, ProposedPassword=new
        )

    def test_the_new_password_signs_in_and_tokens_stay(self, pool, app, user):
        tokens = app.tokens(user)
        assert without_metadata(self.change(pool, tokens["AccessToken"])) == {}
        assert "AccessToken" in app.tokens(user, NEW_PASSWORD)
        with refused("NotAuthorizedException", "Incorrect username or password."):
            app.start(user)
        assert pool.idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == user
        assert "AccessToken" in app.refresh(tokens["RefreshToken"])

    def test_the_old_password_is_asked(self, pool, app, user):
        token = app.tokens(user)["AccessToken"]
        with refused("NotAuthorizedException", "Incorrect username or password."):
            self.change(pool, token, old="Wrong-Password-1")

    def test_the_policy_holds(self, pool, app, user):
        token = app.tokens(user)["AccessToken"]
        with refused(
            "InvalidPasswordException",
            "Password does not conform to policy: Password not long enough",
        ):
            self.change(pool, token, new="Ab1!")

    def test_five_times_an_hour(self, pool, app, user, clock):
        token = app.tokens(user)["AccessToken"]
        passwords = [PASSWORD, *(f"Another-{n}-Word" for n in range(6))]
        for old, new in zip(passwords[:5], passwords[1:6], strict=True):
            self.change(pool, token, old, new)
        with refused("LimitExceededException", LIMIT):
            self.change(pool, token, passwords[5], passwords[6])


class TestForgot:
    def test_the_code_sets_a_new_password(self, pool, app, user, inbox):
        answer = without_metadata(app.forgot(user))
        assert answer == {"CodeDeliveryDetails": {
            "Destination": "a***@e***", "DeliveryMedium": "EMAIL", "AttributeName": "email",
        }}
        assert pool.status(user) == "CONFIRMED"
        assert "AccessToken" in app.tokens(user)
        message = inbox.newest(pool, user)
        assert message["to"] == "alice@example.com"
        assert re.fullmatch(r"\d{6}", message["code"])
        assert message["code"] in message["body"]
        with refused("CodeMismatchException", MISMATCH):
            app.recover(user, wrong_code(message["code"]))
        assert without_metadata(app.recover(user, message["code"])) == {}
        assert "AccessToken" in app.tokens(user, NEW_PASSWORD)
        with refused("NotAuthorizedException"):
            app.start(user)

    def test_a_code_works_once(self, pool, app, user, inbox):
        app.forgot(user)
        code = inbox.code(pool, user)
        app.recover(user, code)
        with refused("ExpiredCodeException", EXPIRED):
            app.recover(user, code)

    def test_a_code_lives_an_hour(self, pool, app, user, inbox, clock):
        app.forgot(user)
        code = inbox.code(pool, user)
        clock.advance(3601)
        with refused("ExpiredCodeException", EXPIRED):
            app.recover(user, code)

    def test_a_bad_password_leaves_the_code(self, pool, app, user, inbox):
        app.forgot(user)
        code = inbox.code(pool, user)
        with refused(
            "InvalidPasswordException",
            "Password does not conform to policy: Password must have symbol characters",
        ):
            app.recover(user, code, "NoSymbols123")
        app.recover(user, code)

    def test_a_code_of_another_user_is_wrong(self, pool, app, user, inbox):
        other = pool.user(email="b@example.com", email_verified="true")
        app.forgot(user)
        app.forgot(other)
        mine, his = inbox.code(pool, user), inbox.code(pool, other)
        if mine != his:
            with refused("CodeMismatchException", MISMATCH):
                app.recover(user, his)

    def test_without_a_verified_address(self, pool, app):
        for name in (pool.user(), pool.user(email="c@example.com")):
            with refused("InvalidParameterException", NO_CONTACT):
                app.forgot(name)

    def test_an_invited_user_cannot_reset(self, pool, app):
        name = pool.invite(email="c@example.com", email_verified="true")["Username"]
        with refused(
            "NotAuthorizedException", "User password cannot be reset in the current state."
        ):
            app.forgot(name)

    def test_a_disabled_user_cannot_reset(self, pool, app, user):
        pool.idp.admin_disable_user(UserPoolId=pool.id, Username=user)
        with refused("NotAuthorizedException", re.compile(r"User is disabled\.?")):
            app.forgot(user)

    def test_an_unknown_user_is_told_so(self, app):
        with refused("UserNotFoundException", "Username/client id combination not found."):
            app.forgot("nobody")

    def test_no_code_was_asked(self, app, user):
        with refused("ExpiredCodeException", EXPIRED):
            app.recover(user, "123456")

    def test_the_administrator_may_be_the_only_way(self, make_pool):
        pool = make_pool(
            AccountRecoverySetting={"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]}
        )
        name = pool.user(email="c@example.com", email_verified="true")
        with refused("NotAuthorizedException", "Contact administrator to reset password."):
            pool.app().forgot(name)

    def test_the_priority_chooses_the_channel(self, make_pool, inbox):
        values = {
            "email": "c@example.com", "email_verified": "true",
            "phone_number": "+15550101234", "phone_number_verified": "true",
        }

        def medium(**settings):
            pool = make_pool(**settings)
            name = pool.user(**values)
            answer = pool.app().forgot(name)["CodeDeliveryDetails"]
            assert inbox.newest(pool, name)["medium"] == answer["DeliveryMedium"]
            return answer["DeliveryMedium"]

        def first(one, two):
            return {"AccountRecoverySetting": {"RecoveryMechanisms": [
                {"Name": one, "Priority": 1}, {"Name": two, "Priority": 2},
            ]}}

        assert medium() == "SMS"
        assert medium(**first("verified_email", "verified_phone_number")) == "EMAIL"
        assert medium(**first("verified_phone_number", "verified_email")) == "SMS"

    def test_too_often_in_an_hour(self, pool, app, user):
        for _ in range(5):
            app.forgot(user)

        def until_refused():
            for _ in range(16):
                app.forgot(user)

        with refused("LimitExceededException", LIMIT):
            until_refused()


class TestAdminReset:
    def reset(self, pool, name):
        return pool.idp.admin_reset_user_password(UserPoolId=pool.id, Username=name)

    def test_the_user_must_reset(self, pool, app, user, inbox):
        tokens = app.tokens(user)
        assert without_metadata(self.reset(pool, user)) == {}
        assert pool.status(user) == "RESET_REQUIRED"
        with refused("PasswordResetRequiredException", "Password reset required for the user"):
            app.start(user)
        with refused("NotAuthorizedException", "Incorrect username or password."):
            app.start(user, NEW_PASSWORD)
        with refused("PasswordResetRequiredException"):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])
        app.recover(user, inbox.code(pool, user))
        assert pool.status(user) == "CONFIRMED"
        assert "AccessToken" in app.tokens(user, NEW_PASSWORD)

    def test_without_a_verified_address(self, pool):
        with refused("InvalidParameterException", NO_CONTACT):
            self.reset(pool, pool.user())

    def test_an_invited_user_cannot_be_reset(self, pool):
        name = pool.invite(email="c@example.com", email_verified="true")["Username"]
        with refused(
            "NotAuthorizedException", "User password cannot be reset in the current state."
        ):
            self.reset(pool, name)


class TestTemporary:
    def test_it_expires_after_the_policys_days(self, make_pool, clock):
        pool = make_pool(Policies={"PasswordPolicy": {
            "MinimumLength": 8, "TemporaryPasswordValidityDays": 2,
        }})
        app = pool.app()
        name = pool.invite()["Username"]
        clock.advance(2 * 86400 - 60)
        assert app.start(name, "Temporary-1")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        clock.advance(120)
        with refused(
            "NotAuthorizedException",
            "Temporary password has expired and must be reset by an administrator.",
        ):
            app.start(name, "Temporary-1")
        pool.set_password(name, "Temporary-2", permanent=False)
        assert app.start(name, "Temporary-2")["ChallengeName"] == "NEW_PASSWORD_REQUIRED"


class TestPolicy:
    def test_a_relaxed_policy_takes_plain_words(self, make_pool):
        pool = make_pool(Policies={"PasswordPolicy": {
            "MinimumLength": 6, "RequireUppercase": False, "RequireLowercase": False,
            "RequireNumbers": False, "RequireSymbols": False,
        }})
        name = pool.user(password="simple")
        assert "AccessToken" in pool.app().tokens(name, "simple")

    @pytest.mark.parametrize("symbol", list("^$*.[]{}()?\"!@#%&/\\,><':;|_~`=+-") + [" "])
    def test_every_listed_symbol_counts(self, pool, symbol):
        name = pool.invite()["Username"]
        pool.set_password(name, f"Abcdefg{symbol}1x")

    def test_other_characters_are_no_symbols(self, pool):
        name = pool.invite()["Username"]
        with refused(
            "InvalidPasswordException",
            "Password does not conform to policy: Password must have symbol characters",
        ):
            pool.set_password(name, "Abcdefgé1x")

    def test_blanks_at_the_ends_are_refused(self, server, app):
        reply = server.call(
            "SignUp", {"ClientId": app.id, "Username": "a", "Password": " Correct-Horse-9"}
        )
        assert (reply.status, reply.error) == (400, "InvalidParameterException")
        assert reply.message == (
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            r"Member must satisfy regular expression pattern: ^[\S]+.*[\S]+$"
        )

    def test_a_long_password_signs_in_and_a_longer_one_is_refused(self, pool, app, server):
        longest = "Aa1-" + "x" * 252
        name = pool.user(password=longest)
        assert "AccessToken" in app.tokens(name, longest)
        reply = server.call("AdminSetUserPassword", {
            "UserPoolId": pool.id, "Username": name, "Password": longest + "x",
        })
        assert (reply.status, reply.error) == (400, "InvalidParameterException")
        assert reply.message == (
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must have length less than or equal to 256"
        )

    def test_a_password_of_any_script(self, pool, app):
        password = "Пароль-密码-9aA"
        name = pool.user(password=password)
        assert "AccessToken" in app.tokens(name, password)
        assert "AccessToken" in app.srp(name, password)["AuthenticationResult"]

    def test_the_history_is_remembered(self, make_pool):
        pool = make_pool(Policies={"PasswordPolicy": {
            "MinimumLength": 8, "PasswordHistorySize": 2, "RequireSymbols": True,
        }})
        name = pool.user(password="First-Word-1")
        pool.set_password(name, "Second-Word-2")
        for used in ("First-Word-1", "Second-Word-2"):
            with refused("PasswordHistoryPolicyViolationException"):
                pool.set_password(name, used)
        for fresh in ("Third-Word-3", "Fourth-Word-4", "First-Word-1"):
            pool.set_password(name, fresh)
