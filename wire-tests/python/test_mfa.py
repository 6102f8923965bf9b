"""Second factors with boto3 and pycognito: software tokens, SMS, e-mail, the choice, and the set-up."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError
from pycognito import Cognito
from pycognito.exceptions import SMSMFAChallengeException, SoftwareTokenMFAChallengeException

from cenote import sdk
from cenote.scene import PASSWORD, Clock, Inbox, Pool, wrong_code
from cenote.sdk import refused
from cenote.totp import App

CONTACTS = {"email": "a@example.com", "phone_number": "+12065550100"}
SMS = {"SnsCallerArn": "arn:aws:iam::000000000000:role/sms", "ExternalId": "wire"}
USED = "Your software token has already been used once."
ONCE = "Invalid session for the user, session can only be used once."
LOCKED = "Password attempts exceeded"


# A pool in which every factor is possible, and nothing is in the way of one.
EVERY_FACTOR = {
    "EmailConfiguration": {
        "EmailSendingAccount": "DEVELOPER",
        "SourceArn": "arn:aws:ses:us-east-1:000000000000:identity/a@b.example",
    },
    "AccountRecoverySetting": {"RecoveryMechanisms": [{"Name": "admin_only", "Priority": 1}]},
}


@pytest.fixture
def pool(make_pool):
    return make_pool(**EVERY_FACTOR)


def require(pool, state):
    pool.idp.set_user_pool_mfa_config(
        UserPoolId=pool.id,
        MfaConfiguration=state,
        SmsMfaConfiguration={
            "SmsAuthenticationMessage": "Your code: {####}", "SmsConfiguration": SMS,
        },
        SoftwareTokenMfaConfiguration={"Enabled": True},
        EmailMfaConfiguration={"Message": "Type {####}", "Subject": "Sign in"},
    )


def prefer(pool, name, **factors):
    """sms, software_token and email: True turns on, "preferred" prefers."""
    members = {
        "sms": "SMSMfaSettings", "software_token": "SoftwareTokenMfaSettings",
        "email": "EmailMfaSettings",
    }
    pool.idp.admin_set_user_mfa_preference(UserPoolId=pool.id, Username=name, **{
        members[factor]: {"Enabled": bool(wish), "PreferredMfa": wish == "preferred"}
        for factor, wish in factors.items()
    })


def pycognito(server, pool, app, name):
    """pycognito's whole client, which also verifies the tokens that it gets."""
    cognito = Cognito(
        pool.id, app.id, user_pool_region="us-east-1", username=name,
        access_key="test", secret_key="test",
        boto3_client_kwargs={"endpoint_url": server.url},
    )
    cognito.pool_domain_url = server.url
    return cognito


def answer(app, challenge, name, code):
    parameter = {
        "SMS_MFA": "SMS_MFA_CODE", "EMAIL_OTP": "EMAIL_OTP_CODE",
        "SOFTWARE_TOKEN_MFA": "SOFTWARE_TOKEN_MFA_CODE",
    }[challenge["ChallengeName"]]
    return app.respond(
        challenge["ChallengeName"], challenge["Session"], USERNAME=name, **{parameter: code}
    )


def register(pool, token, clock):
    secret = pool.idp.associate_software_token(AccessToken=token)["SecretCode"]
    device = App(secret, clock)
    verified = pool.idp.verify_software_token(
        AccessToken=token, UserCode=device.code(), FriendlyDeviceName="My phone"
    )
    assert verified["Status"] == "SUCCESS"
    return device


class TestSoftwareToken:
    def test_registration_preference_and_sign_in(self, pool, app, clock):
        require(pool, "OPTIONAL")
        name = pool.user(**CONTACTS)
        token = app.tokens(name)["AccessToken"]
        device = register(pool, token, clock)
        assert "AuthenticationResult" in app.start(name)
        pool.idp.set_user_mfa_preference(
            AccessToken=token, SoftwareTokenMfaSettings={"Enabled": True, "PreferredMfa": True}
        )
        user = pool.idp.get_user(AccessToken=token)
        assert user["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]
        assert user["PreferredMfaSetting"] == "SOFTWARE_TOKEN_MFA"
        factors = pool.idp.get_user_auth_factors(AccessToken=token)
        assert factors["ConfiguredUserAuthFactors"] == ["PASSWORD", "SOFTWARE_TOKEN"]
        seen = pool.idp.admin_get_user_auth_factors(UserPoolId=pool.id, Username=name)
        assert seen["UserMFASettingList"] == ["SOFTWARE_TOKEN_MFA"]

        challenge = app.start(name)
        assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        assert challenge["ChallengeParameters"] == {
            "USER_ID_FOR_SRP": name, "FRIENDLY_DEVICE_NAME": "My phone",
        }
        with refused("ExpiredCodeException", USED):
            answer(app, challenge, name, device.code())
        code = device.fresh()
        with refused("CodeMismatchException", "Invalid code received for user"):
            answer(app, challenge, name, wrong_code(code))
        tokens = answer(app, challenge, name, code)["AuthenticationResult"]
        # The server's clock was moved on.
        assert pool.claims(tokens["AccessToken"], leeway=3600)["username"] == name
        with refused("NotAuthorizedException", ONCE):
            answer(app, challenge, name, device.fresh())

        pool.idp.admin_delete_software_token(UserPoolId=pool.id, Username=name)
        assert "UserMFASettingList" not in pool.get(name)
        assert "AuthenticationResult" in app.start(name)

    def test_after_srp_and_for_a_secret_client(self, pool, clock):
        require(pool, "OPTIONAL")
        app = pool.app(GenerateSecret=True)
        name = pool.user()
        device = register(pool, app.tokens(name)["AccessToken"], clock)
        prefer(pool, name, software_token=True)
        challenge = app.srp(name)
        values = {"USERNAME": name, "SOFTWARE_TOKEN_MFA_CODE": device.fresh()}
        with refused("NotAuthorizedException"):
            app.respond("SOFTWARE_TOKEN_MFA", challenge["Session"], **values)
        values["SECRET_HASH"] = app.hash(name)
        answered = app.respond("SOFTWARE_TOKEN_MFA", challenge["Session"], **values)
        assert "AccessToken" in answered["AuthenticationResult"]

    def test_guessing_locks_and_a_new_sign_in_does_not_help(self, pool, app, clock):
        require(pool, "OPTIONAL")
        name = pool.user()
        device = register(pool, app.tokens(name)["AccessToken"], clock)
        prefer(pool, name, software_token=True)
        code = device.fresh()
        for _ in range(5):
            with refused("CodeMismatchException"):
                answer(app, app.start(name), name, wrong_code(code))
        # One second by the server's clock is soon over: a sixth failure locks for two.
        clock.advance(1)
        challenge = app.start(name)
        with refused("CodeMismatchException"):
            answer(app, challenge, name, wrong_code(code))
        with refused("NotAuthorizedException", LOCKED):
            answer(app, challenge, name, code)
        clock.advance(2)
        assert "AuthenticationResult" in answer(app, app.start(name), name, device.fresh())

    def test_pycognito_from_the_set_up_to_the_sign_in(self, pool, app, clock, server):
        require(pool, "OPTIONAL")
        name = pool.user()
        cognito = pycognito(server, pool, app, name)
        cognito.access_token = app.tokens(name)["AccessToken"]
        device = App(cognito.associate_software_token(), clock)
        assert cognito.verify_software_token(device.code())
        cognito.set_user_mfa_preference(False, True, "SOFTWARE_TOKEN")
        with pytest.raises(SoftwareTokenMFAChallengeException):
            cognito.authenticate(PASSWORD)
        cognito.respond_to_software_token_mfa_challenge(device.fresh())
        assert pool.claims(cognito.access_token, leeway=3600)["username"] == name


class TestCodes:
    @pytest.mark.parametrize(("factor", "name", "medium", "to"), [
        ("sms", "SMS_MFA", "SMS", "+*******0100"),
        ("email", "EMAIL_OTP", "EMAIL", "a***@e***"),
    ])
    def test_a_code_goes_out_and_signs_in(self, pool, app, server, factor, name, medium, to):
        require(pool, "OPTIONAL")
        user = pool.user(**CONTACTS)
        prefer(pool, user, **{factor: "preferred"})
        challenge = app.start(user)
        assert challenge["ChallengeName"] == name
        assert challenge["ChallengeParameters"] == {
            "CODE_DELIVERY_DELIVERY_MEDIUM": medium, "CODE_DELIVERY_DESTINATION": to,
            "USER_ID_FOR_SRP": user,
        }
        sent = Inbox(server).newest(pool, user, medium=medium, purpose="authentication")
        code = sent["code"]
        assert sent["body"] == (f"Your code: {code}" if medium == "SMS" else f"Type {code}")
        with refused("CodeMismatchException", "Invalid code or auth state for the user."):
            answer(app, challenge, user, wrong_code(code))
        tokens = answer(app, challenge, user, code)["AuthenticationResult"]
        attribute = "phone_number_verified" if medium == "SMS" else "email_verified"
        assert pool.claims(tokens["IdToken"], audience=app.id)[attribute] is True
        assert pool.attributes(user)[attribute] == "true"

    def test_the_user_chooses_also_by_way_of_an_administrator(self, pool, app, inbox):
        require(pool, "ON")
        name = pool.user(**CONTACTS)
        challenge = app.admin_start(name)
        assert challenge["ChallengeName"] == "SELECT_MFA_TYPE"
        choice = json.loads(challenge["ChallengeParameters"]["MFAS_CAN_CHOOSE"])
        assert choice == ["SMS_MFA", "EMAIL_OTP"]

        def respond(challenge, **values):
            return pool.idp.admin_respond_to_auth_challenge(
                UserPoolId=pool.id, ClientId=app.id, ChallengeName=challenge["ChallengeName"],
                Session=challenge["Session"], ChallengeResponses={"USERNAME": name} | values,
            )

        with refused("MFAMethodNotFoundException"):
            respond(challenge, ANSWER="SOFTWARE_TOKEN_MFA")
        chosen = respond(challenge, ANSWER="EMAIL_OTP")
        answered = respond(chosen, EMAIL_OTP_CODE=inbox.code(pool, name))
        assert "AccessToken" in answered["AuthenticationResult"]

    def test_pycognito_and_sms(self, pool, app, inbox, server):
        require(pool, "OPTIONAL")
        name = pool.user(**CONTACTS)
        prefer(pool, name, sms=True)
        cognito = pycognito(server, pool, app, name)
        with pytest.raises(SMSMFAChallengeException):
            cognito.authenticate(PASSWORD)
        cognito.respond_to_sms_mfa_challenge(inbox.code(pool, name))
        assert pool.claims(cognito.access_token)["username"] == name


class TestSetUp:
    def test_a_software_token_on_the_way(self, pool, app, clock):
        require(pool, "ON")
        name = pool.user()
        challenge = app.start(name)
        assert challenge["ChallengeName"] == "MFA_SETUP"
        can = json.loads(challenge["ChallengeParameters"]["MFAS_CAN_SETUP"])
        assert can == ["SMS_MFA", "SOFTWARE_TOKEN_MFA", "EMAIL_OTP"]
        associated = pool.idp.associate_software_token(Session=challenge["Session"])
        device = App(associated["SecretCode"], clock)
        with refused(
            "EnableSoftwareTokenMFAException", "Code mismatch and fail enable Software Token MFA"
        ):
            pool.idp.verify_software_token(
                Session=associated["Session"], UserCode=wrong_code(device.code())
            )
        verified = pool.idp.verify_software_token(
            Session=associated["Session"], UserCode=device.code()
        )
        assert verified["Status"] == "SUCCESS"
        answered = app.respond("MFA_SETUP", verified["Session"], USERNAME=name)
        assert "AccessToken" in answered["AuthenticationResult"]
        challenge = app.start(name)
        assert challenge["ChallengeName"] == "SOFTWARE_TOKEN_MFA"
        assert "AuthenticationResult" in answer(app, challenge, name, device.fresh())

    def test_an_address_on_the_way(self, pool, app, inbox):
        require(pool, "ON")
        name = pool.user()
        challenge = app.start(name)
        sent = app.respond(
            "MFA_SETUP", challenge["Session"], USERNAME=name, EMAIL="new@example.com"
        )
        assert sent["ChallengeName"] == "EMAIL_OTP"
        answered = answer(app, sent, name, inbox.code(pool, "new@example.com"))
        claims = pool.claims(answered["AuthenticationResult"]["IdToken"], audience=app.id)
        assert (claims["email"], claims["email_verified"]) == ("new@example.com", True)
        assert app.start(name)["ChallengeName"] == "EMAIL_OTP"


@pytest.mark.only("postgres")
class TestTwoNodes:
    """Answers that race on two nodes: of one code, or of one session, one wins."""

    @pytest.fixture
    def nodes(self, start, new_store):
        place = new_store("postgres")
        arguments = ["dev", "--listen", "127.0.0.1:0", *place.arguments()]
        return [start(arguments, cwd=place.folder) for _ in range(2)]

    def race(self, *calls):
        """Performs calls at once: the number of sign-ins, and the texts of the refusals."""
        barrier = threading.Barrier(len(calls))

        def perform(call):
            barrier.wait()
            try:
                answered = call()
            except ClientError as error:
                return error.response["Error"]["Message"]
            assert "AccessToken" in answered["AuthenticationResult"]
            return None

        with ThreadPoolExecutor(len(calls)) as threads:
            texts = list(threads.map(perform, calls))
        return texts.count(None), {text for text in texts if text is not None}

    def test_one_code_signs_in_once(self, nodes):
        pool = Pool(nodes[0], **EVERY_FACTOR)
        require(pool, "OPTIONAL")
        app = pool.app()
        name = pool.user(phone_number="+12065550100")
        clients = [sdk.client(node.url) for node in nodes]
        device = register(pool, app.tokens(name)["AccessToken"], Clock(nodes[0]))
        prefer(pool, name, software_token=True)
        code = device.code(1)

        def by(client, session, challenge, **answers):
            return lambda: client.respond_to_auth_challenge(
                ClientId=app.id, ChallengeName=challenge, Session=session,
                ChallengeResponses={"USERNAME": name} | answers,
            )

        # Sessions of their own, one code.
        sessions = [app.start(name)["Session"] for _ in range(4)]
        won, texts = self.race(*(
            by(clients[n % 2], session, "SOFTWARE_TOKEN_MFA", SOFTWARE_TOKEN_MFA_CODE=code)
            for n, session in enumerate(sessions)
        ))
        assert (won, texts) == (1, {USED})

        # One session, one code.
        prefer(pool, name, sms="preferred")
        session = app.start(name)["Session"]
        code = Inbox(nodes[0]).code(pool, name)
        won, texts = self.race(*(
            by(clients[n % 2], session, "SMS_MFA", SMS_MFA_CODE=code) for n in range(4)
        ))
        assert (won, texts) == (1, {ONCE})

    def test_failures_on_both_nodes_are_counted_together(self, nodes):
        pool = Pool(nodes[0], **EVERY_FACTOR)
        require(pool, "OPTIONAL")
        app = pool.app()
        name = pool.user(phone_number="+12065550100")
        prefer(pool, name, sms=True)
        challenge = app.start(name)
        code = Inbox(nodes[0]).code(pool, name)
        clients = [sdk.client(node.url) for node in nodes]

        def guess(n, typed):
            return clients[n % 2].respond_to_auth_challenge(
                ClientId=app.id, ChallengeName="SMS_MFA", Session=challenge["Session"],
                ChallengeResponses={"USERNAME": name, "SMS_MFA_CODE": typed},
            )

        for n in range(5):
            with refused("CodeMismatchException"):
                guess(n, wrong_code(code))
        for n in range(2):
            with refused("NotAuthorizedException", LOCKED):
                guess(n, code)
