"""What copies of the service often get wrong: tests of what no other test says, and a look at the list of all."""

import json
import re
import sys
import tomllib
from pathlib import Path

import pytest

from cenote.process import Server
from cenote.scene import NEW_PASSWORD, PASSWORD, Inbox, Pool, fresh
from cenote.sdk import as_dict, attributes, refused
from test_imports import KMS, ROLE, finished, put

ARN = "arn:aws:lambda:us-east-1:123456789012:function:"
SCRIPT = Path(__file__).parent / "cenote" / "recorder.py"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")

ROOT = Path(__file__).parents[2]
LIST = tomllib.loads((ROOT / "wire-tests" / "often-wrong.toml").read_text("utf-8"))

# Where the files of the list are, and how a test begins there.
ROOTS = {
    "idp": ("crates/idp/tests/it/{}.rs", "fn {}("),
    "server": ("crates/server/tests/{}.rs", "fn {}("),
    "python": ("wire-tests/python/test_{}.py", "def test_{}("),
}

TRIGGERS = (
    "PreSignUp", "PostConfirmation", "PreAuthentication", "PostAuthentication", "CustomMessage",
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory, new_store):
    """A server whose functions write their events down, and the file."""
    place = new_store()
    folder = tmp_path_factory.mktemp("events")
    config, events = folder / "cenote.toml", folder / "events.jsonl"
    config.write_text(
        f'[[triggers]]\narn = "{ARN}*"\ncommand = ["{sys.executable}", "{SCRIPT}"]\n'
        f'environment = {{ EVENTS = "{events}" }}\n'
    )
    arguments = ["dev", "--listen", "127.0.0.1:0", "--config", str(config), *place.arguments()]
    server = Server(arguments, cwd=place.folder)
    yield server, events
    server.kill()


class Stage:
    """A pool whose functions write their events down, and an app of it."""

    def __init__(self, recorded, **settings):
        self.server, self._events = recorded
        config = {name: ARN + name for name in TRIGGERS} | {
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": ARN + "tokens"}
        }
        self.pool = Pool(self.server, LambdaConfig=config, **settings)
        self.app = self.pool.app(
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]
        )

    def events(self):
        """What the functions of this pool were called with, in order."""
        lines = self._events.read_text("utf-8").splitlines() if self._events.exists() else []
        events = [json.loads(line) for line in lines]
        return [event for event in events if event["userPoolId"] == self.pool.id]

    def sources(self):
        return [event["triggerSource"] for event in self.events()]

    def event(self, source):
        (found,) = [event for event in self.events() if event["triggerSource"] == source]
        return found


@pytest.fixture
def stage(recorded):
    return lambda **settings: Stage(recorded, **settings)


class TestEvents:
    def test_a_function_that_throws_is_invoked_once(self, stage):
        it = stage()
        text = "PreSignUp failed with error Boom.."
        with refused("UserLambdaValidationException", text):
            it.app.sign_up("denied" + fresh())
        assert it.sources() == ["PreSignUp_SignUp"]

    def test_what_administrators_do_has_no_client(self, stage):
        it = stage()
        it.pool.invite("ada")
        context = it.event("PreSignUp_AdminCreateUser")["callerContext"]
        assert context["clientId"] == "CLIENT_ID_NOT_APPLICABLE"

    def test_the_user_name_of_an_event_is_a_uuid_where_addresses_are_user_names(self, stage):
        it = stage(UsernameAttributes=["email"])
        it.app.sign_up("ada@example.com")
        assert UUID.fullmatch(it.event("PreSignUp_SignUp")["userName"])

    def test_all_attributes_are_strings(self, stage):
        it = stage(Schema=[{"Name": "age", "AttributeDataType": "Number", "Mutable": True}])
        it.pool.user("ada", email="ada@example.com", email_verified="true", custom_age="7")
        it.app.tokens("ada")
        seen = it.event("PreAuthentication_Authentication")["request"]["userAttributes"]
        assert (seen["email_verified"], seen["custom:age"]) == ("true", "7")
        assert all(isinstance(value, str) for value in seen.values())

    def test_a_sign_up_has_no_sub_and_no_status_yet_and_a_confirmation_has_both(self, stage):
        it = stage()
        it.app.sign_up("ada")
        it.pool.idp.admin_confirm_sign_up(UserPoolId=it.pool.id, Username="ada")
        before = it.event("PreSignUp_SignUp")["request"]["userAttributes"]
        after = it.event("PostConfirmation_ConfirmSignUp")["request"]["userAttributes"]
        assert not {"sub", "cognito:user_status"} & set(before)
        assert UUID.fullmatch(after["sub"])
        assert after["cognito:user_status"] == "CONFIRMED"

    def test_answers_to_be_are_sent_empty_and_that_of_pre_sign_up_with_three_times_false(
        self, stage
    ):
        it = stage(AutoVerifiedAttributes=["email"])
        it.app.sign_up("ada", email="ada@example.com")
        assert it.event("PreSignUp_SignUp")["response"] == {
            "autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False,
        }
        assert set(it.event("CustomMessage_SignUp")["response"].values()) == {None}

    def test_the_version_of_an_event_is_a_string(self, stage):
        it = stage()
        it.pool.user("ada")
        it.app.tokens("ada")
        assert it.event("TokenGeneration_Authentication")["version"] == "2"
        assert it.event("PreAuthentication_Authentication")["version"] == "1"

    def test_a_message_is_composed_with_a_placeholder_and_never_the_code(self, stage):
        it = stage(AutoVerifiedAttributes=["email"])
        it.app.sign_up("ada", email="ada@example.com")
        code = Inbox(it.server).code(it.pool, "ada")
        event = it.event("CustomMessage_SignUp")
        assert event["request"]["codeParameter"] == "{####}"
        assert code not in json.dumps(event)


class TestOrder:
    def test_the_first_sign_in_of_an_invited_user_confirms_without_post_confirmation(self, stage):
        it = stage()
        it.pool.invite("ada")
        challenge = it.app.start("ada", "Temporary-1")
        it.app.respond(
            "NEW_PASSWORD_REQUIRED", challenge["Session"], USERNAME="ada", NEW_PASSWORD=NEW_PASSWORD
        )
        assert it.pool.status("ada") == "CONFIRMED"
        assert not any(source.startswith("PostConfirmation") for source in it.sources())
        assert "TokenGeneration_NewPasswordChallenge" in it.sources()

    def test_a_refresh_only_generates_tokens(self, stage):
        it = stage()
        it.pool.user("ada")
        tokens = it.app.tokens("ada")
        before = len(it.sources())
        it.app.refresh(tokens["RefreshToken"])
        assert it.sources()[before:] == ["TokenGeneration_RefreshTokens"]

    def test_metadata_of_a_first_call_reach_pre_authentication_and_not_the_tokens(self, stage):
        it = stage()
        it.pool.user("ada")
        it.app.idp.initiate_auth(
            ClientId=it.app.id,
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD},
            ClientMetadata={"k": "v"},
        )
        asked = it.event("PreAuthentication_Authentication")["request"]
        assert asked["validationData"] == {"k": "v"}
        assert "k" not in json.dumps(it.event("TokenGeneration_Authentication")["request"])

    def test_metadata_of_an_answer_reach_the_tokens(self, stage):
        it = stage()
        it.pool.invite("ada")
        challenge = it.app.start("ada", "Temporary-1")
        it.app.idp.respond_to_auth_challenge(
            ClientId=it.app.id,
            ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=challenge["Session"],
            ChallengeResponses={"USERNAME": "ada", "NEW_PASSWORD": NEW_PASSWORD},
            ClientMetadata={"k": "v"},
        )
        asked = it.event("TokenGeneration_NewPasswordChallenge")["request"]
        assert asked["clientMetadata"] == {"k": "v"}

    def test_setting_a_password_calls_no_function(self, stage):
        it = stage()
        it.pool.invite("ada")
        before = it.sources()
        it.pool.set_password("ada", PASSWORD)
        assert it.sources() == before


class TestStates:
    def test_forgetting_leaves_the_status_and_a_reset_changes_it(self, pool, app):
        name = pool.user(email="ada@example.com", email_verified="true")
        app.forgot(name)
        assert pool.status(name) == "CONFIRMED"
        pool.idp.admin_reset_user_password(UserPoolId=pool.id, Username=name)
        assert pool.status(name) == "RESET_REQUIRED"

    def test_the_same_attributes_have_two_names(self, pool):
        made = pool.invite("ada", email="ada@example.com")
        shown = pool.get("ada")
        (listed,) = pool.idp.list_users(UserPoolId=pool.id)["Users"]
        assert as_dict(made["Attributes"]) == as_dict(shown["UserAttributes"])
        assert as_dict(listed["Attributes"]) == as_dict(shown["UserAttributes"])
        assert "UserAttributes" not in listed and "Attributes" not in shown

    def test_lists_of_users_page_by_tokens_of_two_names(self, pool):
        idp = pool.idp
        idp.create_group(UserPoolId=pool.id, GroupName="staff")
        for name in ("ada", "bob"):
            pool.invite(name)
            idp.admin_add_user_to_group(UserPoolId=pool.id, Username=name, GroupName="staff")
        listed = idp.list_users(UserPoolId=pool.id, Limit=1)
        members = idp.list_users_in_group(UserPoolId=pool.id, GroupName="staff", Limit=1)
        assert "PaginationToken" in listed and "NextToken" not in listed
        assert "NextToken" in members and "PaginationToken" not in members

    def test_an_attribute_that_is_verified_elsewhere_does_not_stop_a_sign_up(self, make_pool):
        pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
        app = pool.app()
        pool.user("ada", email="same@example.com", email_verified="true")
        app.sign_up("bob", email="same@example.com")
        code = Inbox(pool.server).code(pool, "bob")
        with refused("AliasExistsException"):
            app.confirm("bob", code)
        assert pool.status("bob") == "UNCONFIRMED"

    def test_an_alias_moves_silently_by_verification(self, make_pool):
        pool = make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])
        app = pool.app()
        pool.user("ada", email="same@example.com", email_verified="true")
        bob = pool.user("bob")
        access = app.tokens(bob)["AccessToken"]
        values = attributes({"email": "same@example.com"})
        pool.idp.update_user_attributes(AccessToken=access, UserAttributes=values)
        code = Inbox(pool.server).code(pool, "bob")
        pool.idp.verify_user_attribute(AccessToken=access, AttributeName="email", Code=code)
        assert pool.get("same@example.com")["Username"] == "bob"


class TestImports:
    def test_a_row_of_somebody_who_is_there_is_skipped(self, pool):
        pool.user("ada", email="ada@example.com")
        names = pool.idp.get_csv_header(UserPoolId=pool.id)["CSVHeader"]
        given = {
            "cognito:username": "ada", "cognito:mfa_enabled": "FALSE",
            "email": "ada@example.com", "email_verified": "TRUE",
        }
        body = "\n".join([",".join(names), ",".join(given.get(name, "") for name in names)])
        job = pool.idp.create_user_import_job(
            UserPoolId=pool.id, JobName="wire", CloudWatchLogsRoleArn=ROLE
        )["UserImportJob"]
        put(job["PreSignedUrl"], body.encode(), KMS)
        pool.idp.start_user_import_job(UserPoolId=pool.id, JobId=job["JobId"])
        done = finished(pool, job["JobId"])
        assert (done["ImportedUsers"], done["SkippedUsers"], done["FailedUsers"]) == (0, 1, 0)
        assert " " in done["CompletionMessage"]
        assert pool.status("ada") == "CONFIRMED"


class TestCodes:
    def test_codes_of_first_factors_have_eight_digits_and_all_others_six(self, make_pool):
        factors = ["PASSWORD", "EMAIL_OTP", "SMS_OTP"]
        pool = make_pool(
            AutoVerifiedAttributes=["email"],
            SmsConfiguration={"SnsCallerArn": "arn:aws:iam::000000000000:role/sms"},
            Policies={"SignInPolicy": {"AllowedFirstAuthFactors": factors}},
        )
        app = pool.app(ExplicitAuthFlows=["ALLOW_USER_AUTH", "ALLOW_USER_PASSWORD_AUTH"])
        inbox, contacts = Inbox(pool.server), {
            "email": "ada@example.com", "phone_number": "+12065550100",
        }

        def digits(length):
            code = inbox.code(pool, "ada")
            assert re.fullmatch(rf"[0-9]{{{length}}}", code), code
            return code

        app.sign_up("ada", **contacts)
        app.confirm("ada", digits(6))
        app.forgot("ada")
        app.recover("ada", digits(6), PASSWORD)
        for factor in factors[1:]:
            app.initiate("USER_AUTH", USERNAME="ada", PREFERRED_CHALLENGE=factor)
            digits(8)
        access = app.tokens("ada")["AccessToken"]
        pool.idp.get_user_attribute_verification_code(
            AccessToken=access, AttributeName="phone_number"
        )
        digits(6)
        pool.idp.set_user_pool_mfa_config(
            UserPoolId=pool.id,
            MfaConfiguration="OPTIONAL",
            SmsMfaConfiguration={"SmsConfiguration": {
                "SnsCallerArn": "arn:aws:iam::000000000000:role/sms",
            }},
        )
        sms = {"Enabled": True, "PreferredMfa": True}
        pool.idp.set_user_mfa_preference(AccessToken=access, SMSMfaSettings=sms)
        assert app.start("ada")["ChallengeName"] == "SMS_MFA"
        digits(6)


def test_a_flag_is_a_boolean_in_the_token_and_a_text_in_answers(pool, app):
    name = pool.user(email="ada@example.com", email_verified="true")
    tokens = app.tokens(name)
    assert pool.claims(tokens["IdToken"], audience=app.id)["email_verified"] is True
    shown = pool.idp.get_user(AccessToken=tokens["AccessToken"])["UserAttributes"]
    assert as_dict(shown)["email_verified"] == "true"


def test_every_sentence_of_the_list_has_its_tests():
    missing = []
    for sentences in LIST.values():
        for sentence, tests in sentences.items():
            assert tests, f"{sentence} is proved by nothing"
            for test in tests:
                place, name = test.split("::")
                root, file = place.split("/", 1)
                path, begins = ROOTS[root]
                file = ROOT / path.format(file)
                if not file.exists() or begins.format(name) not in file.read_text("utf-8"):
                    missing.append(test)
    assert missing == []
