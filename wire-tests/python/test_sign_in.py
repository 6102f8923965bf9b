"""Password sign-in, the new-password challenge, and which client may do what."""

import json
import re

import pytest

from cenote.scene import NEW_PASSWORD, PASSWORD
from cenote.sdk import refused, without_metadata

WRONG = "Incorrect username or password."


class TestPassword:
    def test_tokens_and_an_empty_map_of_parameters(self, pool, app):
        name = pool.user()
        answer = without_metadata(app.start(name))
        assert set(answer) == {"AuthenticationResult", "ChallengeParameters"}
        assert answer["ChallengeParameters"] == {}
        result = answer["AuthenticationResult"]
        assert set(result) == {
            "AccessToken", "ExpiresIn", "IdToken", "RefreshToken", "TokenType",
        }
        assert (result["TokenType"], result["ExpiresIn"]) == ("Bearer", 3600)

    def test_on_the_wire_the_empty_map_is_there(self, pool, app):
        name = pool.user()
        reply = pool.server.call("InitiateAuth", {
            "ClientId": app.id, "AuthFlow": "USER_PASSWORD_AUTH",
            "AuthParameters": {"USERNAME": name, "PASSWORD": PASSWORD},
        })
        assert set(reply.json()) == {"AuthenticationResult", "ChallengeParameters"}
        assert reply.json()["ChallengeParameters"] == {}

    def test_expires_in_follows_the_access_token(self, pool):
        app = pool.app(
            AccessTokenValidity=10, IdTokenValidity=20,
            TokenValidityUnits={"AccessToken": "minutes", "IdToken": "minutes"},
        )
        tokens = app.tokens(pool.user())
        assert tokens["ExpiresIn"] == 600
        access = pool.claims(tokens["AccessToken"])
        identity = pool.claims(tokens["IdToken"], app.id)
        assert access["exp"] - access["iat"] == 600
        assert identity["exp"] - identity["iat"] == 1200

    @pytest.mark.parametrize("kind", ["start", "admin_start"])
    def test_a_wrong_password(self, pool, app, kind):
        name = pool.user()
        with refused("NotAuthorizedException", WRONG):
            getattr(app, kind)(name, NEW_PASSWORD)

    @pytest.mark.parametrize("kind", ["start", "admin_start"])
    def test_an_unknown_user(self, app, kind):
        with refused("UserNotFoundException", "User does not exist."):
            getattr(app, kind)("nobody")

    @pytest.mark.parametrize("missing", ["USERNAME", "PASSWORD"])
    def test_missing_parameters_are_named(self, pool, app, missing):
        values = {"USERNAME": pool.user(), "PASSWORD": PASSWORD}
        del values[missing]
        with refused("InvalidParameterException", f"Missing required parameter {missing}"):
            app.initiate("USER_PASSWORD_AUTH", **values)

    def test_sub_is_a_name_too(self, pool, app):
        name = pool.user()
        tokens = app.tokens(pool.attributes(name)["sub"])
        assert pool.claims(tokens["AccessToken"])["username"] == name


class TestAdmin:
    @pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
    def test_both_names_of_the_flow(self, pool, app, flow):
        answer = app.admin_start(pool.user(), flow=flow)
        assert "AccessToken" in answer["AuthenticationResult"]
        assert answer["ChallengeParameters"] == {}

    def test_refresh(self, pool, app):
        token = app.admin_start(pool.user())["AuthenticationResult"]["RefreshToken"]
        for flow in ("REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"):
            answer = pool.idp.admin_initiate_auth(
                UserPoolId=pool.id, ClientId=app.id, AuthFlow=flow,
                AuthParameters={"REFRESH_TOKEN": token},
            )["AuthenticationResult"]
            assert "AccessToken" in answer
            assert "RefreshToken" not in answer

    def test_a_client_of_another_pool(self, pool, make_pool):
        foreign = make_pool().app()
        with refused(
            "ResourceNotFoundException", f"User pool client {foreign.id} does not exist."
        ):
            pool.idp.admin_initiate_auth(
                UserPoolId=pool.id, ClientId=foreign.id, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
                AuthParameters={"USERNAME": "a", "PASSWORD": "b"},
            )

    def test_the_legacy_client(self, pool):
        app = pool.app(ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"])
        name = pool.user()
        assert "AccessToken" in app.admin_start(name)["AuthenticationResult"]
        assert "AccessToken" in app.srp(name)["AuthenticationResult"]
        with refused(
            "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"
        ):
            app.start(name)


class TestFlows:
    def test_a_client_without_flows_has_srp_and_refresh_only(self, pool):
        app = pool.app(ExplicitAuthFlows=[])
        name = pool.user()
        with refused(
            "InvalidParameterException", "USER_PASSWORD_AUTH flow not enabled for this client"
        ):
            app.start(name)
        with refused("InvalidParameterException", "Auth flow not enabled for this client"):
            app.admin_start(name)
        tokens = app.srp(name)["AuthenticationResult"]
        assert "AccessToken" in app.refresh(tokens["RefreshToken"])

    def test_srp_may_be_off(self, pool):
        app = pool.app(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
        with refused(
            "InvalidParameterException", "USER_SRP_AUTH is not enabled for the client."
        ):
            app.srp_start(pool.user())

    def test_refresh_may_be_off(self, pool):
        app = pool.app(ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
        tokens = app.tokens(pool.user())
        with pytest.raises(app.idp.exceptions.ClientError) as caught:
            app.refresh(tokens["RefreshToken"])
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

    @pytest.mark.parametrize("flow", ["ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"])
    def test_administrators_flows_are_not_public(self, pool, app, flow):
        with refused("InvalidParameterException", "Initiate Auth method not supported."):
            app.initiate(flow, USERNAME=pool.user(), PASSWORD=PASSWORD)

    def test_custom_auth_needs_its_triggers(self, pool):
        app = pool.app(ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH"])
        with refused(
            "InvalidParameterException",
            "Custom auth lambda trigger is not configured for the user pool.",
        ):
            app.initiate("CUSTOM_AUTH", USERNAME=pool.user())


class TestSecretHash:
    @pytest.fixture
    def secret_app(self, pool):
        return pool.app(GenerateSecret=True)

    def test_it_opens_every_flow(self, pool, secret_app):
        name = pool.user()
        assert "AccessToken" in secret_app.tokens(name)
        assert "AccessToken" in secret_app.admin_start(name)["AuthenticationResult"]
        assert "AccessToken" in secret_app.srp(name)["AuthenticationResult"]

    def test_without_it(self, pool, secret_app):
        with refused(
            "NotAuthorizedException",
            f"Client {secret_app.id} is configured with secret but SECRET_HASH was not received",
        ):
            secret_app.initiate("USER_PASSWORD_AUTH", USERNAME=pool.user(), PASSWORD=PASSWORD)

    def test_a_wrong_one(self, pool, secret_app):
        with refused(
            "NotAuthorizedException", f"Unable to verify secret hash for client {secret_app.id}"
        ):
            secret_app.initiate(
                "USER_PASSWORD_AUTH", USERNAME=pool.user(), PASSWORD=PASSWORD,
                SECRET_HASH=secret_app.hash("somebody"),
            )

    def test_a_public_client_refuses_one(self, pool, app):
        with refused(
            "NotAuthorizedException", f"Unable to verify secret hash for client {app.id}"
        ):
            app.initiate(
                "USER_PASSWORD_AUTH", USERNAME=pool.user(), PASSWORD=PASSWORD,
                SECRET_HASH="aGFzaA==",
            )

    def test_it_is_asked_in_answers_to_challenges(self, pool, secret_app):
        name = pool.invite()["Username"]
        first = secret_app.start(name, "Temporary-1")
        values = {"USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD}
        with refused(
            "NotAuthorizedException",
            f"Client {secret_app.id} is configured with secret but SECRET_HASH was not received",
        ):
            secret_app.respond("NEW_PASSWORD_REQUIRED", first["Session"], **values)
        done = secret_app.respond(
            "NEW_PASSWORD_REQUIRED", first["Session"], **values,
            SECRET_HASH=secret_app.hash(name),
        )
        assert "AccessToken" in done["AuthenticationResult"]

    def test_a_refresh_hashes_the_username(self, pool, secret_app):
        name = pool.user()
        token = secret_app.tokens(name)["RefreshToken"]
        good = secret_app.refresh(token, SECRET_HASH=secret_app.hash(name))
        assert "AccessToken" in good
        with refused(
            "NotAuthorizedException",
            f"SecretHash does not match for the client: {secret_app.id}",
        ):
            secret_app.refresh(token, SECRET_HASH=secret_app.hash("somebody"))

    def test_a_refresh_hashes_the_sub_where_names_are_addresses(self, make_pool):
        pool = make_pool(UsernameAttributes=["email"])
        app = pool.app(GenerateSecret=True)
        sub = pool.user("a@example.com")
        token = app.tokens("a@example.com")["RefreshToken"]
        assert "AccessToken" in app.refresh(token, SECRET_HASH=app.hash(sub))
        with refused(
            "NotAuthorizedException", f"SecretHash does not match for the client: {app.id}"
        ):
            app.refresh(token, SECRET_HASH=app.hash("a@example.com"))


class TestNewPassword:
    @pytest.fixture
    def strict(self, make_pool):
        return make_pool(
            Schema=[
                {"Name": "given_name", "Required": True},
                {"Name": "email", "Required": True},
            ]
        )

    def test_the_parameters_are_json_text(self, strict):
        name = strict.invite(email="a@example.com", email_verified="true")["Username"]
        first = without_metadata(strict.app().start(name, "Temporary-1"))
        assert set(first) == {"ChallengeName", "Session", "ChallengeParameters"}
        assert first["ChallengeName"] == "NEW_PASSWORD_REQUIRED"
        assert 20 <= len(first["Session"]) <= 4096
        parameters = first["ChallengeParameters"]
        assert parameters["USER_ID_FOR_SRP"] == name
        assert json.loads(parameters["requiredAttributes"]) == ["userAttributes.given_name"]
        assert json.loads(parameters["userAttributes"]) == {
            "email": "a@example.com", "email_verified": "true",
        }

    def test_nothing_required_is_an_empty_list(self, pool, app):
        first = app.start(pool.invite()["Username"], "Temporary-1")
        assert json.loads(first["ChallengeParameters"]["requiredAttributes"]) == []

    def test_the_answer_sets_the_password_and_the_attributes(self, strict):
        app = strict.app()
        name = strict.invite(email="a@example.com")["Username"]
        first = app.start(name, "Temporary-1")
        done = app.respond("NEW_PASSWORD_REQUIRED", first["Session"], **{
            "USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD,
            "userAttributes.given_name": "Alice",
        })
        claims = strict.claims(done["AuthenticationResult"]["IdToken"], app.id)
        assert claims["given_name"] == "Alice"
        assert strict.status(name) == "CONFIRMED"
        assert "AccessToken" in app.tokens(name, NEW_PASSWORD)

    def test_a_missing_required_attribute_is_named(self, strict):
        app = strict.app()
        name = strict.invite(email="a@example.com")["Username"]
        first = app.start(name, "Temporary-1")
        with refused(
            "InvalidParameterException", "Invalid attributes given, given_name is missing"
        ):
            app.respond(
                "NEW_PASSWORD_REQUIRED", first["Session"], USERNAME=name,
                NEW_PASSWORD=NEW_PASSWORD,
            )
        assert strict.status(name) == "FORCE_CHANGE_PASSWORD"

    def test_an_attribute_that_is_there_cannot_be_changed(self, strict):
        app = strict.app()
        name = strict.invite(email="a@example.com")["Username"]
        first = app.start(name, "Temporary-1")
        with refused("NotAuthorizedException", "Cannot modify an already provided email"):
            app.respond("NEW_PASSWORD_REQUIRED", first["Session"], **{
                "USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD,
                "userAttributes.given_name": "Alice", "userAttributes.email": "b@example.com",
            })

    def test_the_policy_holds_and_the_session_stays(self, pool, app):
        name = pool.invite()["Username"]
        first = app.start(name, "Temporary-1")
        with refused(
            "InvalidPasswordException",
            "Password does not conform to policy: Password not long enough",
        ):
            app.respond(
                "NEW_PASSWORD_REQUIRED", first["Session"], USERNAME=name, NEW_PASSWORD="Ab1!"
            )
        done = app.respond(
            "NEW_PASSWORD_REQUIRED", first["Session"], USERNAME=name, NEW_PASSWORD=NEW_PASSWORD
        )
        assert "AccessToken" in done["AuthenticationResult"]

    def test_a_session_works_once(self, pool, app):
        name = pool.invite()["Username"]
        first = app.start(name, "Temporary-1")
        values = {"USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD}
        app.respond("NEW_PASSWORD_REQUIRED", first["Session"], **values)
        with refused(
            "NotAuthorizedException",
            "Invalid session for the user, session can only be used once.",
        ):
            app.respond("NEW_PASSWORD_REQUIRED", first["Session"], **values)

    def test_a_session_lives_three_minutes(self, pool, app, clock):
        name = pool.invite()["Username"]
        first = app.start(name, "Temporary-1")
        clock.advance(181)
        with refused(
            "NotAuthorizedException", "Invalid session for the user, session is expired."
        ):
            app.respond(
                "NEW_PASSWORD_REQUIRED", first["Session"], USERNAME=name,
                NEW_PASSWORD=NEW_PASSWORD,
            )

    def test_a_client_may_let_it_live_longer(self, pool, clock):
        app = pool.app(AuthSessionValidity=15)
        name = pool.invite()["Username"]
        first = app.start(name, "Temporary-1")
        clock.advance(14 * 60)
        done = app.respond(
            "NEW_PASSWORD_REQUIRED", first["Session"], USERNAME=name, NEW_PASSWORD=NEW_PASSWORD
        )
        assert "AccessToken" in done["AuthenticationResult"]

    def test_a_session_belongs_to_user_client_and_challenge(self, pool, app):
        name, other = pool.invite()["Username"], pool.invite()["Username"]
        session = app.start(name, "Temporary-1")["Session"]
        invalid = re.compile(r"Invalid session for the user\.")
        values = {"USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD}
        with refused("NotAuthorizedException", invalid):
            app.respond("NEW_PASSWORD_REQUIRED", session, **(values | {"USERNAME": other}))
        with refused("NotAuthorizedException", invalid):
            pool.app().respond("NEW_PASSWORD_REQUIRED", session, **values)
        with refused("NotAuthorizedException", invalid):
            app.respond("NEW_PASSWORD_REQUIRED", "A" * 200, **values)
        with pytest.raises(app.idp.exceptions.ClientError):
            app.respond("SMS_MFA", session, USERNAME=name, SMS_MFA_CODE="123456")
        assert pool.status(name) == "FORCE_CHANGE_PASSWORD"

    def test_without_a_session(self, pool, app):
        with pytest.raises(app.idp.exceptions.ClientError) as caught:
            app.respond(
                "NEW_PASSWORD_REQUIRED", USERNAME=pool.invite()["Username"],
                NEW_PASSWORD=NEW_PASSWORD,
            )
        assert caught.value.response["Error"]["Code"] in (
            "InvalidParameterException", "NotAuthorizedException",
        )

    def test_the_administrator_answers_too(self, pool, app):
        name = pool.invite()["Username"]
        first = app.admin_start(name, "Temporary-1")
        done = pool.idp.admin_respond_to_auth_challenge(
            UserPoolId=pool.id, ClientId=app.id, ChallengeName="NEW_PASSWORD_REQUIRED",
            Session=first["Session"],
            ChallengeResponses={"USERNAME": name, "NEW_PASSWORD": NEW_PASSWORD},
        )
        assert "AccessToken" in done["AuthenticationResult"]

    def test_the_temporary_password_is_spent(self, pool, app):
        name = pool.invite()["Username"]
        first = app.start(name, "Temporary-1")
        app.respond(
            "NEW_PASSWORD_REQUIRED", first["Session"], USERNAME=name, NEW_PASSWORD=NEW_PASSWORD
        )
        with refused("NotAuthorizedException", WRONG):
            app.start(name, "Temporary-1")


def test_tokens_never_stand_beside_a_challenge(pool, app):
    for answer in (
        app.start(pool.user()),
        app.start(pool.invite()["Username"], "Temporary-1"),
        app.srp_start(pool.user())[1],
    ):
        assert ("ChallengeName" in answer) != ("AuthenticationResult" in answer)
