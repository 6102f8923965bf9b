"""USER_AUTH with boto3: every first factor, sign-ups that go on into a sign-in, users without a password,
and stepping up to an authentication level."""

import pytest

from cenote import srp
from cenote.scene import PASSWORD, fresh
from cenote.sdk import attributes, refused
from cenote.totp import App

SMS = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "wire"}
FLOWS = ["ALLOW_USER_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
CONTACTS = {"email": "a@example.com", "phone_number": "+12065550100"}
ALL = ["PASSWORD_SRP", "PASSWORD", "EMAIL_OTP", "SMS_OTP"]


@pytest.fixture
def pool(make_pool):
    return make_pool(
        AutoVerifiedAttributes=["email"],
        SmsConfiguration=SMS,
        Policies={"SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]}},
    )


@pytest.fixture
def app(pool):
    return pool.app(ExplicitAuthFlows=FLOWS)


def start(app, name, **values):
    return app.initiate("USER_AUTH", USERNAME=name, **values)


class TestChoice:
    def test_the_user_chooses(self, pool, app):
        name = pool.user(**CONTACTS)
        asked = start(app, name)
        assert asked["ChallengeName"] == "SELECT_CHALLENGE"
        assert asked["AvailableChallenges"] == ALL
        answer = app.respond(
            "SELECT_CHALLENGE", asked["Session"], USERNAME=name, ANSWER="PASSWORD",
            PASSWORD=PASSWORD,
        )
        assert pool.claims(answer["AuthenticationResult"]["AccessToken"])["username"] == name

    def test_a_password_is_sent_at_once(self, pool, app):
        name = pool.user()
        answer = start(app, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
        assert answer["AuthenticationResult"]["RefreshToken"]
        with refused("NotAuthorizedException", "Incorrect username or password."):
            start(app, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD="Wrong-Horse-9")

    def test_srp_proves_the_password(self, pool, app):
        name = pool.user()
        proof = srp.Client()
        asked = start(app, name, PREFERRED_CHALLENGE="PASSWORD_SRP", SRP_A=proof.public)
        assert asked["ChallengeName"] == "PASSWORD_VERIFIER"
        answer = app.respond(
            "PASSWORD_VERIFIER", asked["Session"], **app.srp_answer(proof, asked)
        )
        assert answer["AuthenticationResult"]

    @pytest.mark.parametrize(("challenge", "medium", "shown"), [
        ("EMAIL_OTP", "EMAIL", "a***@e***"),
        ("SMS_OTP", "SMS", "+*******0100"),
    ])
    def test_a_code_of_eight_digits_signs_in(self, pool, app, inbox, challenge, medium, shown):
        name = pool.user(**CONTACTS)
        asked = start(app, name, PREFERRED_CHALLENGE=challenge)
        assert asked["ChallengeName"] == challenge
        assert asked["ChallengeParameters"] == {
            "CODE_DELIVERY_DELIVERY_MEDIUM": medium, "CODE_DELIVERY_DESTINATION": shown,
        }
        code = inbox.code(pool, name)
        assert len(code) == 8
        values = {"USERNAME": name, f"{challenge}_CODE": code}
        assert app.respond(challenge, asked["Session"], **values)["AuthenticationResult"]
        with refused("NotAuthorizedException"):
            app.respond(challenge, asked["Session"], **values)

    def test_a_client_needs_the_flow(self, pool):
        name = pool.user()
        with refused("InvalidParameterException", "USER_AUTH is not enabled for the client."):
            start(pool.app(ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH"]), name)


class TestSignUp:
    def test_a_sign_up_without_a_password_ends_signed_in(self, pool, app, inbox):
        name = fresh()
        made = app.idp.sign_up(
            ClientId=app.id, Username=name, UserAttributes=attributes({"email": "a@example.com"})
        )
        confirmed = app.confirm(name, inbox.code(pool, name), Session=made["Session"])
        start = {"AuthFlow": "USER_AUTH", "Session": confirmed["Session"]}
        answer = app.idp.initiate_auth(
            ClientId=app.id, AuthParameters={"USERNAME": name}, **start
        )
        tokens = answer["AuthenticationResult"]
        assert pool.claims(tokens["IdToken"], app.id)["email_verified"] is True
        with refused("NotAuthorizedException"):
            app.idp.initiate_auth(ClientId=app.id, AuthParameters={"USERNAME": name}, **start)
        app.idp.change_password(AccessToken=tokens["AccessToken"], ProposedPassword=PASSWORD)
        self.by_password(app, name)

    @staticmethod
    def by_password(app, name):
        answer = start(app, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
        assert answer["AuthenticationResult"]

    def test_a_pool_of_passwords_wants_one(self, make_pool):
        app = make_pool().app(ExplicitAuthFlows=FLOWS)
        text = (
            "1 validation error detected: Value at 'password' failed to satisfy constraint: "
            "Member must not be null"
        )
        with refused("InvalidParameterException", text):
            app.idp.sign_up(ClientId=app.id, Username=fresh())

    def test_an_administrator_makes_a_user_without_a_password(self, pool, app, inbox):
        name = fresh()
        made = pool.idp.admin_create_user(
            UserPoolId=pool.id, Username=name, DesiredDeliveryMediums=["EMAIL"],
            UserAttributes=attributes({"email": "a@example.com"}),
        )["User"]
        assert made["UserStatus"] == "CONFIRMED"
        asked = start(app, name, PREFERRED_CHALLENGE="EMAIL_OTP")
        assert asked["AvailableChallenges"] == ["EMAIL_OTP"]
        answer = app.respond(
            "EMAIL_OTP", asked["Session"], USERNAME=name, EMAIL_OTP_CODE=inbox.code(pool, name)
        )
        factors = pool.idp.get_user_auth_factors(
            AccessToken=answer["AuthenticationResult"]["AccessToken"]
        )
        assert factors["ConfiguredUserAuthFactors"] == ["EMAIL_OTP"]


class TestStepUp:
    def test_an_access_token_counts_as_the_password(self, make_pool, clock):
        pool = make_pool(AcrConfiguration={"Level4": {"AcrValue": "urn:example:high"}})
        pool.idp.set_user_pool_mfa_config(
            UserPoolId=pool.id, MfaConfiguration="OPTIONAL",
            SoftwareTokenMfaConfiguration={"Enabled": True},
        )
        app = pool.app(ExplicitAuthFlows=FLOWS)
        name = pool.user()
        low = start(app, name, PREFERRED_CHALLENGE="PASSWORD", PASSWORD=PASSWORD)
        token = low["AuthenticationResult"]["AccessToken"]
        claims = pool.claims(token)
        assert (claims["acr"], claims["amr"]) == ("urn:cognito:loa:1", ["pwd"])

        wish = {"ACCESS_TOKEN": token, "TARGET_ACR_VALUES": "urn:example:high"}
        with refused("InvalidParameterException"):
            start(app, name, **wish)
        secret = pool.idp.associate_software_token(AccessToken=token)["SecretCode"]
        phone = App(secret, clock)
        pool.idp.verify_software_token(AccessToken=token, UserCode=phone.code())
        clock.advance(30)
        asked = start(app, name, **wish)
        assert asked["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        high = app.respond(
            "SOFTWARE_TOKEN_MFA", asked["Session"], USERNAME=name,
            SOFTWARE_TOKEN_MFA_CODE=phone.code(),
        )["AuthenticationResult"]
        for claims in (
            pool.claims(high["AccessToken"], leeway=60),
            pool.claims(high["IdToken"], app.id, leeway=60),
        ):
            assert (claims["acr"], claims["amr"]) == ("urn:example:high", ["pwd", "otp", "mfa"])
