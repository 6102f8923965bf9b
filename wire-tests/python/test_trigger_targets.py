"""The same functions behind each kind of target: Lambda's Invoke API, the Runtime Interface Emulator, a webhook,
a hosted bootstrap with the unmodified runtime of PyPI, and a command."""

import sys
import time
from pathlib import Path

import pytest

from cenote.functions import KEY_ID, SECRET_KEY, WEBHOOK_SECRET, Emulator, Hook, Invoke
from cenote.process import Server
from cenote.scene import PASSWORD, Pool, fresh
from cenote.sdk import attributes, refused

HERE = Path(__file__).parent
ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
KMS_KEY = "arn:aws:kms:us-east-1:123456789012:key/one"

KINDS = ("lambda", "rie", "webhook", "bootstrap", "command")


class Scene:
    """A server that knows every kind of target, and the hosts behind them."""

    def __init__(self, folder, place):
        self.hosts = {"lambda": Invoke(), "rie": Emulator(), "webhook": Hook()}
        url = {name: host.url for name, host in self.hosts.items()}
        python = sys.executable
        targets = {
            "rie": f'rie = "{url["rie"]}"',
            "webhook": f'webhook = "{url["webhook"]}/hook"\nsecret = "{WEBHOOK_SECRET}"',
            "bootstrap": (
                f'bootstrap = ["{python}", "-m", "awslambdaric", "cenote.handler.handle"]\n'
                f'directory = "{HERE}"\nconcurrency = 1\ntimeout_ms = 15000'
            ),
            "command": f'command = ["{python}", "{HERE / "cenote" / "trigger.py"}"]',
            "*": f'lambda_endpoint = "{url["lambda"]}"',
        }
        tables = [f'[[triggers]]\narn = "{ARN}{name}"\n{how}\n' for name, how in targets.items()]
        config = folder / "cenote.toml"
        config.write_text(
            "\n".join(tables)
            + f'[aws]\naccess_key_id = "{KEY_ID}"\nsecret_access_key = "{SECRET_KEY}"\n'
            + f'[[kms_keys]]\narn = "{KMS_KEY}"\nkey = "{"A" * 43}="\n'
        )
        arguments = ["dev", "--listen", "127.0.0.1:0", "--config", str(config)]
        self.server = Server([*arguments, *place.arguments()], cwd=place.folder)

    def pool(self, function, *triggers, **settings):
        """A pool that calls this function, and an app of it."""
        config = dict.fromkeys(triggers, ARN + function)
        pool = Pool(self.server, LambdaConfig=config, **settings)
        flows = ["ALLOW_USER_PASSWORD_AUTH", "ALLOW_CUSTOM_AUTH"]
        return pool, pool.app(ExplicitAuthFlows=flows)

    def seen(self, kind):
        """What a host has seen since the last time this was asked."""
        host = self.hosts[kind]
        seen, host.seen = host.seen, []
        return seen

    def close(self):
        self.server.kill()
        for host in self.hosts.values():
            host.close()


@pytest.fixture(scope="module")
def scene(tmp_path_factory, new_store):
    made = Scene(tmp_path_factory.mktemp("targets"), new_store())
    yield made
    made.close()


def sign_up(app, name, **values):
    return app.idp.sign_up(
        ClientId=app.id, Username=name, Password=PASSWORD, UserAttributes=attributes(values)
    )


@pytest.mark.parametrize("kind", KINDS)
class TestEachKind:
    def test_its_answer_counts(self, scene, kind):
        pool, app = scene.pool(kind, "PreSignUp")
        name = fresh()
        assert sign_up(app, name, email="a@example.com")["UserConfirmed"] is True
        assert pool.attributes(name)["email_verified"] == "true"

    def test_what_it_throws_is_told(self, scene, kind):
        pool, app = scene.pool(kind, "PreSignUp")
        name = fresh("denied")
        with refused("UserLambdaValidationException", "PreSignUp failed with error Boom.."):
            sign_up(app, name, email="a@example.com")
        with refused("UserNotFoundException"):
            pool.get(name)

    def test_null_is_no_answer(self, scene, kind):
        _, app = scene.pool(kind, "PreSignUp")
        with refused("InvalidLambdaResponseException", "Unrecognizable lambda output"):
            sign_up(app, fresh("nothing"), email="a@example.com")

    def test_a_custom_challenge_goes_through_three_of_its_functions(self, scene, kind):
        three = ("DefineAuthChallenge", "CreateAuthChallenge", "VerifyAuthChallengeResponse")
        pool, app = scene.pool(kind, *three)
        name = pool.user()
        challenge = app.initiate("CUSTOM_AUTH", USERNAME=name)
        assert challenge["ChallengeParameters"] == {"USERNAME": name, "hint": "six times nine"}
        done = app.respond("CUSTOM_CHALLENGE", challenge["Session"], USERNAME=name, ANSWER="42")
        claims = pool.claims(done["AuthenticationResult"]["AccessToken"])
        assert claims["username"] == name

    def test_a_user_is_brought_along(self, scene, kind):
        pool, app = scene.pool(kind, "UserMigration")
        name = fresh()
        assert app.tokens(name, "old-password")
        assert pool.status(name) == "CONFIRMED"


class TestLambda:
    def test_a_version_is_asked_for_beside_the_function_and_every_request_is_signed(self, scene):
        scene.seen("lambda")
        _, app = scene.pool("pre-sign-up:live", "PreSignUp")
        assert sign_up(app, fresh(), email="a@example.com")["UserConfirmed"] is True
        (call,) = scene.seen("lambda")
        assert (call["function"], call["qualifier"]) == (f"{ARN}pre-sign-up", "live")
        assert call["path"] == (
            "/2015-03-31/functions/"
            "arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Apre-sign-up/invocations"
        )
        assert call["type"] == "RequestResponse"
        assert call["event"]["triggerSource"] == "PreSignUp_SignUp"

    def test_a_function_that_no_table_fits_is_not_called(self, scene):
        arn = "arn:aws:lambda:us-east-1:999988887777:function:of-another-account"
        pool = Pool(scene.server, LambdaConfig={"PreSignUp": arn})
        text = "PreSignUp invocation failed due to configuration."
        with refused("UnexpectedLambdaException", text):
            sign_up(pool.app(), fresh(), email="a@example.com")

    @pytest.mark.parametrize(
        ("function", "error", "calls"),
        [
            ("forbidden", "AccessDeniedException", 1),
            ("gone", "ResourceNotFoundException", 1),
            ("broken", "ServiceException", 1),
            ("throttled", "TooManyRequestsException", 3),
        ],
    )
    def test_a_refusal_has_its_name_and_only_throttling_is_tried_again(
        self, scene, function, error, calls
    ):
        scene.seen("lambda")
        _, app = scene.pool(function, "PreSignUp")
        text = f"PreSignUp invocation failed due to error {error}."
        with refused("UnexpectedLambdaException", text):
            sign_up(app, fresh(), email="a@example.com")
        seen = scene.seen("lambda")
        assert len(seen) == calls
        assert len({call["id"] for call in seen}) == 1

    def test_a_function_that_its_host_ended_has_failed_with_a_status_of_200(self, scene):
        _, app = scene.pool("late", "PreSignUp")
        text = (
            "PreSignUp failed with error "
            "2026-05-28T20:26:40.123Z 00000000 Task timed out after 3.00 seconds."
        )
        with refused("UserLambdaValidationException", text):
            sign_up(app, fresh(), email="a@example.com")

    def test_a_sender_is_told_and_not_waited_for(self, scene):
        sender = {"LambdaVersion": "V1_0", "LambdaArn": ARN + "sender"}
        pool = Pool(
            scene.server,
            AutoVerifiedAttributes=["email"],
            LambdaConfig={"CustomEmailSender": sender, "KMSKeyID": KMS_KEY},
        )
        scene.seen("lambda")
        sign_up(pool.app(), fresh(), email="a@example.com")
        call = wait_for(lambda: scene.seen("lambda"))[0]
        assert call["type"] == "Event"
        assert call["event"]["triggerSource"] == "CustomEmailSender_SignUp"


    def test_a_sender_that_fails_does_not_fail_the_operation(self, scene):
        sender = {"LambdaVersion": "V1_0", "LambdaArn": ARN + "forbidden"}
        pool = Pool(
            scene.server,
            AutoVerifiedAttributes=["email"],
            LambdaConfig={"CustomEmailSender": sender, "KMSKeyID": KMS_KEY},
        )
        scene.seen("lambda")
        name = fresh()
        answer = sign_up(pool.app(), name, email="a@example.com")
        assert answer["CodeDeliveryDetails"]["DeliveryMedium"] == "EMAIL"
        assert pool.status(name) == "UNCONFIRMED"
        assert wait_for(lambda: scene.seen("lambda"))


class TestWebhook:
    def test_a_second_attempt_has_the_id_of_the_first(self, scene):
        scene.seen("webhook")
        _, app = scene.pool("webhook", "PreSignUp")
        scene.hosts["webhook"].failures = 2
        assert sign_up(app, fresh(), email="a@example.com")["UserConfirmed"] is True
        first, second, third = scene.seen("webhook")
        assert first == second == third
        assert first["path"] == "/hook"
        assert first["arn"] == ARN + "webhook"


class TestBootstrap:
    def test_the_runtime_knows_its_function_and_its_deadline_and_lives_on(self, scene):
        pool, app = scene.pool("bootstrap", "PreTokenGeneration")
        name = pool.user()
        processes = set()
        for _ in range(2):
            token = app.tokens(name)["IdToken"]
            claims = pool.claims(token, audience=app.id)
            assert claims["arn"] == ARN + "bootstrap"
            assert (claims["name"], claims["in_time"]) == ("bootstrap:$LATEST", "True")
            processes.add(claims["process"])
        assert len(processes) == 1


def wait_for(look):
    """What a look finds, once it finds something."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("nothing came in 20 s")
