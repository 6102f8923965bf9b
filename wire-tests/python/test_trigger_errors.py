"""How each operation that calls a function tells what the function did wrong, and what it leaves behind."""

import sys

import pytest

from cenote.process import Server
from cenote.scene import NEW_PASSWORD, PASSWORD, Inbox, Pool
from cenote.sdk import as_dict, attributes, refused

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"

# What a function does, and the error that comes of it. Behind `nowhere` there is nothing.
THROWS = "import sys; sys.stdin.read(); sys.exit('Boom.')"
NOTHING = "import sys; sys.stdin.read(); print('null')"
GARBAGE = "import sys; sys.stdin.read(); print('<html>')"
MUCH = "import sys; sys.stdin.read(); print('9' * 7_000_000)"
LATE = "import time; time.sleep(60)"
OUTCOMES = {
    "throws": ("UserLambdaValidationException", "{} failed with error Boom.."),
    "nothing": ("InvalidLambdaResponseException", "Unrecognizable lambda output"),
    "garbage": ("InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON"),
    "much": ("InvalidLambdaResponseException", "Invalid lambda function output : Invalid JSON"),
    "late": ("UnexpectedLambdaException", "{} invocation failed due to error Timeout."),
    "nowhere": ("UnexpectedLambdaException", "{} invocation failed due to configuration."),
}


@pytest.fixture(scope="module")
def running(tmp_path_factory, new_store):
    place = new_store()
    config = tmp_path_factory.mktemp("config") / "cenote.toml"
    config.write_text(
        "".join(
            f'[[triggers]]\narn = "{ARN}{name}"\ncommand = ["{sys.executable}", "-c", "{code}"]\n'
            + ("timeout_ms = 100\n" if name == "late" else "")
            for name, code in (
                ("throws", THROWS), ("nothing", NOTHING), ("garbage", GARBAGE), ("much", MUCH),
                ("late", LATE),
            )
        )
    )
    arguments = ["dev", "--listen", "127.0.0.1:0", "--config", str(config), *place.arguments()]
    server = Server(arguments, cwd=place.folder)
    yield server
    server.kill()


class Scene:
    """A pool with a user in some state, whose functions go wrong from a certain moment on."""

    def __init__(self, server):
        self.pool = Pool(server, AutoVerifiedAttributes=["email"])
        self.app = self.pool.app(
            ExplicitAuthFlows=[
                "ALLOW_USER_PASSWORD_AUTH", "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                "ALLOW_REFRESH_TOKEN_AUTH",
            ]
        )
        self.idp = self.pool.idp
        self.inbox = Inbox(server)

    def signed_up(self):
        self.app.sign_up("ada", email="ada@example.com")
        return self.inbox.code(self.pool, "ada")

    def confirmed(self):
        self.pool.user("ada", email="ada@example.com", email_verified="true")

    def break_triggers(self, which, *triggers):
        self.idp.update_user_pool(
            UserPoolId=self.pool.id,
            AutoVerifiedAttributes=["email"],
            LambdaConfig={trigger: ARN + which for trigger in triggers},
        )

    def people(self):
        """Everybody in the pool: what the list of users shows, but for the times."""
        listed = self.idp.list_users(UserPoolId=self.pool.id)["Users"]
        return {
            user["Username"]: as_dict(user["Attributes"])
            | {"status": user["UserStatus"], "enabled": user["Enabled"]}
            for user in listed
        }

    def admin(self, **more):
        return {"UserPoolId": self.pool.id, "Username": "ada"} | more

    def public(self, **more):
        return {"ClientId": self.app.id, "Username": "ada"} | more


def sign_up(scene):
    return "PreSignUp", lambda: scene.app.sign_up("ada", email="ada@example.com")


def admin_create_user(scene):
    return "PreSignUp", lambda: scene.pool.invite("ada")


def confirm_sign_up(scene):
    code = scene.signed_up()
    return "PostConfirmation", lambda: scene.app.confirm("ada", code)


def admin_confirm_sign_up(scene):
    scene.signed_up()
    return "PostConfirmation", lambda: scene.idp.admin_confirm_sign_up(**scene.admin())


def resend_confirmation_code(scene):
    scene.signed_up()
    return "CustomMessage", lambda: scene.idp.resend_confirmation_code(**scene.public())


def forgot_password(scene):
    scene.confirmed()
    return "CustomMessage", lambda: scene.app.forgot("ada")


def confirm_forgot_password(scene):
    scene.confirmed()
    scene.app.forgot("ada")
    code = scene.inbox.code(scene.pool, "ada")
    return "PostConfirmation", lambda: scene.app.recover("ada", code)


def admin_reset_user_password(scene):
    scene.confirmed()
    return "CustomMessage", lambda: scene.idp.admin_reset_user_password(**scene.admin())


def admin_update_user_attributes(scene):
    scene.confirmed()
    return "CustomMessage", lambda: scene.pool.update("ada", email="new@example.com")


def update_user_attributes(scene):
    scene.confirmed()
    access = scene.app.tokens("ada")["AccessToken"]
    changed = attributes({"email": "new@example.com"})
    return "CustomMessage", lambda: scene.idp.update_user_attributes(
        AccessToken=access, UserAttributes=changed
    )


def get_user_attribute_verification_code(scene):
    scene.confirmed()
    access = scene.app.tokens("ada")["AccessToken"]
    return "CustomMessage", lambda: scene.idp.get_user_attribute_verification_code(
        AccessToken=access, AttributeName="email"
    )


def initiate_auth(scene):
    scene.confirmed()
    return "PreAuthentication", lambda: scene.app.start("ada")


def admin_initiate_auth(scene):
    scene.confirmed()
    return "PreTokenGeneration", lambda: scene.app.admin_start("ada")


def respond_to_auth_challenge(scene):
    scene.pool.invite("ada")
    session = scene.app.start("ada", "Temporary-1")["Session"]
    return "PostAuthentication", lambda: scene.app.respond(
        "NEW_PASSWORD_REQUIRED", session, USERNAME="ada", NEW_PASSWORD=NEW_PASSWORD
    )


def admin_respond_to_auth_challenge(scene):
    scene.pool.invite("ada")
    session = scene.app.admin_start("ada", "Temporary-1")["Session"]
    return "PreTokenGeneration", lambda: scene.idp.admin_respond_to_auth_challenge(
        UserPoolId=scene.pool.id,
        ClientId=scene.app.id,
        ChallengeName="NEW_PASSWORD_REQUIRED",
        Session=session,
        ChallengeResponses={"USERNAME": "ada", "NEW_PASSWORD": NEW_PASSWORD},
    )


def get_tokens_from_refresh_token(scene):
    scene.confirmed()
    refresh = scene.app.tokens("ada", PASSWORD)["RefreshToken"]
    return "PreTokenGeneration", lambda: scene.idp.get_tokens_from_refresh_token(
        ClientId=scene.app.id, RefreshToken=refresh
    )


CASES = (
    sign_up, admin_create_user, confirm_sign_up, admin_confirm_sign_up, resend_confirmation_code,
    forgot_password, confirm_forgot_password, admin_reset_user_password,
    admin_update_user_attributes, update_user_attributes, get_user_attribute_verification_code,
    initiate_auth, admin_initiate_auth, respond_to_auth_challenge,
    admin_respond_to_auth_challenge, get_tokens_from_refresh_token,
)


# What was done before the function was called stays done; the other cases leave everybody as he was.
DONE = {
    confirm_sign_up: {"status": "CONFIRMED", "email_verified": "true"},
    admin_confirm_sign_up: {"status": "CONFIRMED"},
    admin_reset_user_password: {"status": "RESET_REQUIRED"},
    admin_update_user_attributes: {"email": "new@example.com", "email_verified": "false"},
    update_user_attributes: {"email": "new@example.com", "email_verified": "false"},
    respond_to_auth_challenge: {"status": "CONFIRMED"},
    admin_respond_to_auth_challenge: {"status": "CONFIRMED"},
}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_what_a_function_does_wrong_is_told_and_changes_nothing(running, case):
    for which, (error, text) in OUTCOMES.items():
        scene = Scene(running)
        trigger, call = case(scene)
        scene.break_triggers(which, trigger)
        expected = scene.people()
        for person in expected.values():
            person.update(DONE.get(case, {}))
        with refused(error, text.format(trigger)):
            call()
        assert scene.people() == expected, which
