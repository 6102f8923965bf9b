"""PreventUserExistenceErrors: what a stranger can learn about who exists."""

import re

import pytest

from cenote.scene import ALL_FLOWS, NEW_PASSWORD, PASSWORD
from cenote.sdk import refused, without_metadata

WRONG = "Incorrect username or password."
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture
def quiet(pool):
    return pool.app(PreventUserExistenceErrors="ENABLED")


class TestEnabled:
    def test_password_sign_in(self, quiet):
        with refused("NotAuthorizedException", WRONG):
            quiet.start("nobody")
        with refused("NotAuthorizedException", WRONG):
            quiet.admin_start("nobody")

    def test_srp_answers_with_a_stable_fake(self, pool, quiet):
        one, two = (
            quiet.srp_start("nobody")[1]["ChallengeParameters"] for _ in range(2)
        )
        assert one["SALT"] == two["SALT"]
        assert len(one["SALT"]) == 32
        assert one["USER_ID_FOR_SRP"] == two["USER_ID_FOR_SRP"]
        assert one["SRP_B"] != two["SRP_B"]
        other = quiet.srp_start("somebody")[1]["ChallengeParameters"]
        assert other["SALT"] != one["SALT"]

    def test_the_fake_looks_like_the_real_one(self, pool, quiet):
        real = quiet.srp_start(pool.user())[1]
        fake = quiet.srp_start("nobody")[1]
        assert set(without_metadata(real)) == set(without_metadata(fake))
        assert set(real["ChallengeParameters"]) == set(fake["ChallengeParameters"])
        for name in ("SALT", "SECRET_BLOCK"):
            lengths = [len(one["ChallengeParameters"][name]) for one in (real, fake)]
            assert abs(lengths[0] - lengths[1]) <= 64, name

    def test_where_names_are_addresses_the_fake_is_a_uuid(self, make_pool):
        pool = make_pool(UsernameAttributes=["email"])
        quiet = pool.app(PreventUserExistenceErrors="ENABLED")
        parameters = quiet.srp_start("nobody@example.com")[1]["ChallengeParameters"]
        assert UUID.fullmatch(parameters["USER_ID_FOR_SRP"])

    def test_srp_fails_at_the_second_step(self, quiet):
        proof, challenge = quiet.srp_start("nobody")
        with refused("NotAuthorizedException", WRONG):
            quiet.respond("PASSWORD_VERIFIER", **quiet.srp_answer(proof, challenge))

    def test_forgot_password_invents_a_stable_destination(self, quiet, inbox, pool):
        one, two = (without_metadata(quiet.forgot("nobody")) for _ in range(2))
        assert one == two
        details = one["CodeDeliveryDetails"]
        assert set(details) == {"Destination", "DeliveryMedium", "AttributeName"}
        assert details["AttributeName"] in ("email", "phone_number")
        assert "***" in details["Destination"]
        assert inbox.messages(pool=pool.id) == []

    def test_forgot_password_of_a_disabled_user(self, pool, quiet, inbox):
        name = pool.user(email="a@example.com", email_verified="true")
        pool.idp.admin_disable_user(UserPoolId=pool.id, Username=name)
        assert "CodeDeliveryDetails" in quiet.forgot(name)
        assert inbox.messages(pool=pool.id) == []

    def test_confirm_forgot_password(self, quiet):
        with pytest.raises(quiet.idp.exceptions.ClientError) as caught:
            quiet.recover("nobody", "123456")
        assert caught.value.response["Error"]["Code"] in (
            "CodeMismatchException", "ExpiredCodeException",
        )

    def test_confirm_sign_up(self, quiet):
        with pytest.raises(quiet.idp.exceptions.ClientError) as caught:
            quiet.confirm("nobody", "123456")
        assert caught.value.response["Error"]["Code"] in (
            "CodeMismatchException", "ExpiredCodeException", "NotAuthorizedException",
        )

    def test_resend(self, quiet, inbox, pool):
        answer = quiet.idp.resend_confirmation_code(ClientId=quiet.id, Username="nobody")
        assert set(answer["CodeDeliveryDetails"]) == {
            "Destination", "DeliveryMedium", "AttributeName",
        }
        assert inbox.messages(pool=pool.id) == []

    def test_sign_up_still_tells(self, pool, quiet):
        name = pool.user()
        with refused("UsernameExistsException", "User already exists"):
            quiet.sign_up(name)

    def test_administrators_still_hear(self, pool):
        with refused("UserNotFoundException", "User does not exist."):
            pool.get("nobody")

    def test_states_are_hidden_behind_the_password(self, pool, quiet):
        quiet.sign_up("alice")
        with refused("NotAuthorizedException", WRONG):
            quiet.start("alice", NEW_PASSWORD)
        with refused("UserNotConfirmedException", "User is not confirmed."):
            quiet.start("alice")


class TestLegacy:
    @pytest.fixture(params=[{}, {"PreventUserExistenceErrors": "LEGACY"}])
    def loud(self, pool, request):
        return pool.app(ExplicitAuthFlows=ALL_FLOWS, **request.param)

    def test_sign_in_tells(self, loud):
        for call in (loud.start, loud.admin_start, loud.srp_start):
            with refused("UserNotFoundException", "User does not exist."):
                call("nobody")

    def test_the_other_operations_tell(self, loud):
        text = "Username/client id combination not found."
        with refused("UserNotFoundException", text):
            loud.forgot("nobody")
        with refused("UserNotFoundException", text):
            loud.confirm("nobody", "123456")
        with refused("UserNotFoundException", text):
            loud.idp.resend_confirmation_code(ClientId=loud.id, Username="nobody")
        with refused("UserNotFoundException"):
            loud.recover("nobody", "123456")

    def test_a_wrong_password_is_just_that(self, pool, loud):
        with refused("NotAuthorizedException", WRONG):
            loud.start(pool.user(), NEW_PASSWORD)
        assert "AccessToken" in loud.tokens(pool.user(), PASSWORD)
