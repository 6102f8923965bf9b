"""USER_SRP_AUTH: pycognito in full, and a small client of our own for what must fail."""

import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from pycognito import AWSSRP, Cognito

from cenote import srp
from cenote.scene import NEW_PASSWORD, PASSWORD
from cenote.sdk import refused, without_metadata

WRONG = "Incorrect username or password."


def test_the_small_client_agrees_with_the_published_vector():
    a = int(hashlib.sha256(b"client-a").hexdigest() * 4, 16)
    b = int(hashlib.sha256(b"server-b").hexdigest() * 4, 16)
    x = 0xED7388AEDB5430F40908AE58A495302D524614F45DFC4564DAABC464D1685DB6
    client = srp.Client(a)
    assert client.public.startswith("28afc59b10103d2a84e2c1fd16a0b550")
    big_b = (srp.K * pow(srp.G, x, srp.N) + pow(srp.G, b, srp.N)) % srp.N
    assert f"{big_b:x}".startswith("41b61a1a6593009ba5a429658bf6decb")
    user = "11111111-2222-4333-8444-555555555555"
    key = client.key(
        "AbCdEf123", user, "Passw0rd!", "8ce8291892390f6b53a245933faf6164", f"{big_b:x}"
    )
    assert key.hex() == "9f3e5e39dadff792ff390cc21d6c8628"
    when = srp.timestamp(datetime(2025, 5, 6, 7, 8, 9, tzinfo=UTC))
    assert when == "Tue May 6 07:08:09 UTC 2025"
    signature = srp.sign(key, "AbCdEf123", user, "c2VjcmV0LWJsb2NrLWJ5dGVz", when)
    assert signature == "Jzj3Rwt9JsTn6iji0mdkZjQi68H8XguAeILDQHRzpJY="


class TestPycognito:
    def test_a_sign_in(self, pool, app):
        name = pool.user()
        tokens = AWSSRP(
            username=name, password=PASSWORD, pool_id=pool.id, client_id=app.id, client=pool.idp
        ).authenticate_user()["AuthenticationResult"]
        assert pool.claims(tokens["AccessToken"])["username"] == name

    def test_a_secret_client(self, pool):
        app = pool.app(GenerateSecret=True)
        tokens = AWSSRP(
            username=pool.user(), password=PASSWORD, pool_id=pool.id, client_id=app.id,
            client=pool.idp, client_secret=app.secret,
        ).authenticate_user()["AuthenticationResult"]
        assert tokens["TokenType"] == "Bearer"

    def test_an_email_in_a_pool_of_addresses(self, make_pool):
        pool = make_pool(UsernameAttributes=["email"])
        app = pool.app()
        sub = pool.user("a@example.com")
        tokens = AWSSRP(
            username="a@example.com", password=PASSWORD, pool_id=pool.id, client_id=app.id,
            client=pool.idp,
        ).authenticate_user()["AuthenticationResult"]
        assert pool.claims(tokens["AccessToken"])["username"] == sub

    def test_a_new_password_at_the_first_sign_in(self, pool, app):
        name = pool.invite()["Username"]
        client = AWSSRP(
            username=name, password="Temporary-1", pool_id=pool.id, client_id=app.id,
            client=pool.idp,
        )
        tokens = client.set_new_password_challenge(NEW_PASSWORD)["AuthenticationResult"]
        assert pool.claims(tokens["AccessToken"])["username"] == name
        assert pool.status(name) == "CONFIRMED"

    def test_a_wrong_password(self, pool, app):
        client = AWSSRP(
            username=pool.user(), password=NEW_PASSWORD, pool_id=pool.id, client_id=app.id,
            client=pool.idp,
        )
        with refused("NotAuthorizedException", WRONG):
            client.authenticate_user()

    def test_the_whole_life_of_a_user(self, pool, app, inbox, server):
        cognito = Cognito(
            pool.id, app.id, user_pool_region="us-east-1", username="carol",
            access_key="test", secret_key="test",
            boto3_client_kwargs={"endpoint_url": server.url},
        )
        cognito.set_base_attributes(email="carol@example.com")
        cognito.register("carol", PASSWORD)
        cognito.confirm_sign_up(inbox.code(pool, "carol"))
        cognito.client = pool.idp
        tokens = AWSSRP(
            username="carol", password=PASSWORD, pool_id=pool.id, client_id=app.id,
            client=cognito.client,
        ).authenticate_user()["AuthenticationResult"]
        cognito.access_token = tokens["AccessToken"]
        cognito.id_token = tokens["IdToken"]
        cognito.refresh_token = tokens["RefreshToken"]
        user = cognito.get_user()
        assert user.email == "carol@example.com"
        cognito.change_password(PASSWORD, NEW_PASSWORD)
        cognito.renew_access_token()
        assert cognito.access_token != tokens["AccessToken"]
        cognito.logout()
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])


class TestChallenge:
    def test_the_first_answer_has_no_session(self, pool, app):
        name = pool.user()
        _, challenge = app.srp_start(name)
        answer = without_metadata(challenge)
        assert set(answer) == {"ChallengeName", "ChallengeParameters"}
        assert answer["ChallengeName"] == "PASSWORD_VERIFIER"
        parameters = answer["ChallengeParameters"]
        assert set(parameters) == {
            "SALT", "SECRET_BLOCK", "SRP_B", "USERNAME", "USER_ID_FOR_SRP",
        }
        assert parameters["USERNAME"] == parameters["USER_ID_FOR_SRP"] == name
        assert len(parameters["SALT"]) == 32
        assert not parameters["SALT"].startswith("00")
        assert 0 < int(parameters["SRP_B"], 16) < srp.N

    def test_the_salt_stays_and_b_changes(self, pool, app):
        name = pool.user()
        one, two = (app.srp_start(name)[1]["ChallengeParameters"] for _ in range(2))
        assert one["SALT"] == two["SALT"]
        assert one["SRP_B"] != two["SRP_B"]
        assert one["SECRET_BLOCK"] != two["SECRET_BLOCK"]

    def test_an_alias_is_answered_with_the_username(self, make_pool):
        pool = make_pool(AliasAttributes=["email"])
        app = pool.app()
        name = pool.user(email="a@example.com", email_verified="true")
        _, challenge = app.srp_start("a@example.com")
        assert challenge["ChallengeParameters"]["USER_ID_FOR_SRP"] == name
        assert "AccessToken" in app.srp("a@example.com")["AuthenticationResult"]

    @pytest.mark.parametrize("missing", ["USERNAME", "SRP_A"])
    def test_missing_parameters_are_named(self, pool, app, missing):
        values = {"USERNAME": pool.user(), "SRP_A": srp.Client().public}
        del values[missing]
        with refused("InvalidParameterException", f"Missing required parameter {missing}"):
            app.initiate("USER_SRP_AUTH", **values)

    @pytest.mark.parametrize("multiple", [0, 1, 2])
    def test_an_a_that_is_zero_modulo_n_is_refused(self, pool, app, multiple):
        with pytest.raises(app.idp.exceptions.ClientError) as caught:
            app.initiate("USER_SRP_AUTH", USERNAME=pool.user(), SRP_A=f"{multiple * srp.N:x}")
        error = caught.value.response
        assert error["Error"]["Code"] in ("InvalidParameterException", "NotAuthorizedException")
        assert error["ResponseMetadata"]["HTTPStatusCode"] == 400

    @pytest.mark.parametrize("text", ["xyz", "12 34", "-1", "f" * 2000])
    def test_an_a_that_is_no_number_of_the_group_is_refused(self, pool, app, text):
        with pytest.raises(app.idp.exceptions.ClientError) as caught:
            app.initiate("USER_SRP_AUTH", USERNAME=pool.user(), SRP_A=text)
        assert caught.value.response["Error"]["Code"] in (
            "InvalidParameterException", "NotAuthorizedException",
        )

    def test_a_leading_zero_in_a_changes_nothing(self, pool, app):
        name = pool.user()
        proof = srp.Client()
        challenge = app.initiate("USER_SRP_AUTH", USERNAME=name, SRP_A="00" + proof.public)
        done = app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))
        assert "AccessToken" in done["AuthenticationResult"]


class TestAnswer:
    def test_without_a_session_tokens_come(self, pool, app):
        done = without_metadata(app.srp(pool.user()))
        assert set(done) == {"AuthenticationResult", "ChallengeParameters"}
        assert done["ChallengeParameters"] == {}

    def test_many_numbers_with_and_without_leading_zeros(self, pool, app):
        name = pool.user()
        for a in range(1, 25):
            proof, challenge = app.srp_start(name, srp.Client(a))
            done = app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))
            assert "AccessToken" in done["AuthenticationResult"]

    def test_a_wrong_password(self, pool, app):
        proof, challenge = app.srp_start(pool.user())
        with refused("NotAuthorizedException", WRONG):
            app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge, NEW_PASSWORD))

    @pytest.mark.parametrize(
        "name", ["PASSWORD_CLAIM_SIGNATURE", "PASSWORD_CLAIM_SECRET_BLOCK", "TIMESTAMP"]
    )
    def test_missing_answers_are_refused(self, pool, app, name):
        proof, challenge = app.srp_start(pool.user())
        answer = app.srp_answer(proof, challenge)
        del answer[name]
        with refused("InvalidParameterException", f"Missing required parameter {name}"):
            app.respond("PASSWORD_VERIFIER", **answer)

    def test_a_secret_block_works_once(self, pool, app):
        proof, challenge = app.srp_start(pool.user())
        answer = app.srp_answer(proof, challenge)
        app.respond("PASSWORD_VERIFIER", **answer)
        with refused("NotAuthorizedException"):
            app.respond("PASSWORD_VERIFIER", **answer)

    def test_a_secret_block_expires(self, pool, app, clock):
        proof, challenge = app.srp_start(pool.user())
        clock.advance(3600)
        with refused("NotAuthorizedException"):
            app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))

    def test_the_servers_moved_clock_does_not_put_clients_off(self, pool, app, clock):
        """Clients stamp their claims with the machine's time, whatever the server's clock was moved by."""
        name = pool.user()
        clock.advance(3600)
        proof, challenge = app.srp_start(name)
        answer = app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))
        assert answer["AuthenticationResult"]["TokenType"] == "Bearer"

    def test_a_clock_that_is_off_is_refused(self, pool, app):
        for shift in (timedelta(hours=-1), timedelta(hours=1)):
            proof, challenge = app.srp_start(pool.user())
            at = datetime.now(UTC) + shift
            with refused("NotAuthorizedException"):
                app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge, at=at))

    def test_a_changed_secret_block_is_refused(self, pool, app):
        proof, challenge = app.srp_start(pool.user())
        parameters = challenge["ChallengeParameters"]
        block = parameters["SECRET_BLOCK"]
        middle = len(block) // 2
        other = "A" if block[middle] != "A" else "B"
        parameters["SECRET_BLOCK"] = block[:middle] + other + block[middle + 1:]
        with refused("NotAuthorizedException"):
            app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))

    def test_another_users_name_is_refused(self, pool, app):
        name, other = pool.user(), pool.user()
        proof, challenge = app.srp_start(name)
        answer = app.srp_answer(proof, challenge) | {"USERNAME": other}
        with refused("NotAuthorizedException"):
            app.respond("PASSWORD_VERIFIER", **answer)

    def test_another_client_is_refused(self, pool, app):
        proof, challenge = app.srp_start(pool.user())
        with refused("NotAuthorizedException"):
            pool.app().respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))

    def test_a_secret_client_asks_for_the_hash_again(self, pool):
        app = pool.app(GenerateSecret=True)
        proof, challenge = app.srp_start(pool.user())
        answer = app.srp_answer(proof, challenge)
        del answer["SECRET_HASH"]
        with refused(
            "NotAuthorizedException",
            f"Client {app.id} is configured with secret but SECRET_HASH was not received",
        ):
            app.respond("PASSWORD_VERIFIER", **answer)

    def test_states_are_told_after_the_right_proof(self, pool, app):
        app.sign_up("alice")
        proof, challenge = app.srp_start("alice")
        with refused("UserNotConfirmedException", "User is not confirmed."):
            app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))

    def test_a_changed_password_ends_a_begun_sign_in(self, pool, app):
        name = pool.user()
        proof, challenge = app.srp_start(name)
        pool.set_password(name, NEW_PASSWORD)
        with refused("NotAuthorizedException", WRONG):
            app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))


class TestAdmin:
    def test_the_administrators_variant(self, pool, app):
        name = pool.user()
        proof = srp.Client()
        challenge = pool.idp.admin_initiate_auth(
            UserPoolId=pool.id, ClientId=app.id, AuthFlow="USER_SRP_AUTH",
            AuthParameters={"USERNAME": name, "SRP_A": proof.public},
        )
        assert challenge["ChallengeName"] == "PASSWORD_VERIFIER"
        done = pool.idp.admin_respond_to_auth_challenge(
            UserPoolId=pool.id, ClientId=app.id, ChallengeName="PASSWORD_VERIFIER",
            ChallengeResponses=app.srp_answer(proof, challenge),
        )
        assert pool.claims(done["AuthenticationResult"]["AccessToken"])["username"] == name
