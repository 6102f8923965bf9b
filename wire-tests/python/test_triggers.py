"""Lambda triggers, run as a local command by the built binary and seen through boto3."""

import sys
from pathlib import Path

import pytest

from cenote.process import Server
from cenote.scene import PASSWORD, Inbox, Pool, fresh
from cenote.sdk import attributes, refused

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
SCRIPT = Path(__file__).parent / "cenote" / "trigger.py"


@pytest.fixture(scope="module")
def running(tmp_path_factory, new_store):
    place = new_store()
    config = tmp_path_factory.mktemp("config") / "cenote.toml"
    config.write_text(
        f'[[triggers]]\narn = "{ARN}*"\ntimeout_ms = 1500\n'
        f'command = ["{sys.executable}", "{SCRIPT}"]\n'
    )
    arguments = ["dev", "--listen", "127.0.0.1:0", "--config", str(config), *place.arguments()]
    server = Server(arguments, cwd=place.folder)
    yield server
    server.kill()


@pytest.fixture
def stage(running):
    """A pool with these triggers, and an app of it."""

    def make(*triggers, **settings):
        config = {name: ARN + name for name in triggers}
        pool = Pool(running, LambdaConfig=config, **settings)
        flows = ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        return pool, pool.app(ExplicitAuthFlows=flows)

    return make


def sign_up(app, name, **values):
    return app.idp.sign_up(
        ClientId=app.id, Username=name, Password=PASSWORD, UserAttributes=attributes(values)
    )


class TestPreSignUp:
    def test_it_confirms_and_verifies(self, stage):
        pool, app = stage("PreSignUp")
        name = fresh()
        answer = sign_up(app, name, email=f"{name}@example.com")
        assert answer["UserConfirmed"] is True
        assert "CodeDeliveryDetails" not in answer
        assert pool.attributes(name)["email_verified"] == "true"
        assert app.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD)

    def test_what_it_throws_is_told(self, stage):
        _, app = stage("PreSignUp")
        text = "PreSignUp failed with error Boom.."
        with refused("UserLambdaValidationException", text):
            sign_up(app, fresh("denied"), email="a@example.com")

    def test_null_is_no_answer(self, stage):
        _, app = stage("PreSignUp")
        with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
            sign_up(app, fresh("nothing"), email="a@example.com")

    def test_one_that_answers_too_late_fails_the_operation(self, stage):
        pool, app = stage("PreSignUp")
        name = fresh("slow")
        with refused("UnexpectedLambdaException"):
            sign_up(app, name, email="a@example.com")
        with refused("UserNotFoundException"):
            pool.get(name)


class TestSignIn:
    def test_a_custom_challenge_is_answered(self, stage):
        three = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
        pool, app = stage(*three)
        name = pool.user()
        challenge = app.initiate("CUSTOM_AUTH", USERNAME=name)
        assert challenge["ChallengeParameters"] == {"USERNAME": name, "hint": "six times nine"}
        again = app.respond("CUSTOM_CHALLENGE", challenge["Session"], USERNAME=name, ANSWER="41")
        assert again["ChallengeName"] == "CUSTOM_CHALLENGE"
        done = app.respond("CUSTOM_CHALLENGE", again["Session"], USERNAME=name, ANSWER="42")
        assert pool.claims(done["AuthenticationResult"]["AccessToken"])["username"] == name

    def test_claims_come_from_a_trigger(self, stage):
        pool, app = stage("PreTokenGeneration")
        name = pool.user()
        answer = app.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD=PASSWORD)
        tokens = answer["AuthenticationResult"]
        claims = pool.claims(tokens["IdToken"], audience=app.id)
        assert claims["source"] == "TokenGeneration_Authentication"
        groups = pool.claims(tokens["AccessToken"])["cognito:groups"]
        assert groups == claims["cognito:groups"] == ["from-a-trigger"]

    def test_a_user_is_brought_along(self, stage):
        pool, app = stage("UserMigration")
        name = fresh()
        text = f"Exception migrating user in app client {app.id}"
        with refused("UserNotFoundException", text):
            app.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD="guess")
        assert app.initiate("USER_PASSWORD_AUTH", USERNAME=name, PASSWORD="old-password")
        assert pool.status(name) == "CONFIRMED"


class TestCustomMessage:
    def test_its_text_is_sent(self, stage, running):
        pool, app = stage("CustomMessage", AutoVerifiedAttributes=["email"])
        name = fresh()
        sign_up(app, name, email=f"{name}@example.com")
        message = Inbox(running).newest(pool, name)
        assert message["subject"] == "From a trigger"
        assert message["body"] == f"Take {message['code']}"
