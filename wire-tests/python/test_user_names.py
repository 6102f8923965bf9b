"""By which names users are found: usernames, addresses, aliases, and their case."""

import re

import pytest

from cenote.scene import fresh
from cenote.sdk import as_dict, attributes, refused

TAKEN = re.compile("An account with the .*email already ex.*")


class TestUsernameAttributes:
    @pytest.fixture
    def mail_pool(self, make_pool):
        return make_pool(UsernameAttributes=["email"], AutoVerifiedAttributes=["email"])

    def test_the_username_is_the_sub_and_the_address_an_attribute(self, mail_pool):
        made = mail_pool.invite("a@example.com")
        values = as_dict(made["Attributes"])
        assert made["Username"] == values["sub"]
        assert values["email"] == "a@example.com"
        assert mail_pool.get("a@example.com")["Username"] == values["sub"]

    def test_an_unverified_address_signs_in(self, mail_pool):
        app = mail_pool.app()
        sub = mail_pool.user("a@example.com")
        tokens = app.tokens("a@example.com")
        access = mail_pool.claims(tokens["AccessToken"])
        assert access["username"] == access["sub"] == sub
        assert mail_pool.claims(tokens["IdToken"], app.id)["cognito:username"] == sub

    def test_other_names_are_refused(self, mail_pool, make_pool):
        with refused("InvalidParameterException", "Username should be an email."):
            mail_pool.invite("alice")
        both = make_pool(UsernameAttributes=["email", "phone_number"])
        with refused(
            "InvalidParameterException", "Username should be either an email or a phone number."
        ):
            both.invite("alice")

    def test_a_taken_address_is_refused(self, mail_pool):
        mail_pool.invite("a@example.com")
        with refused("UsernameExistsException"):
            mail_pool.invite("a@example.com")

    def test_a_new_address_signs_in_at_once(self, mail_pool):
        app = mail_pool.app()
        sub = mail_pool.user("a@example.com")
        mail_pool.update(sub, email="b@example.com")
        assert "AccessToken" in app.tokens("b@example.com")
        with refused("UserNotFoundException", "User does not exist."):
            app.start("a@example.com")

    def test_a_filter_by_username_sees_the_stored_one(self, mail_pool):
        sub = mail_pool.user("a@example.com")
        listed = mail_pool.idp.list_users

        def found(text):
            users = listed(UserPoolId=mail_pool.id, Filter=text)["Users"]
            return [user["Username"] for user in users]

        assert found(f'username = "{sub}"') == [sub]
        assert found('username = "a@example.com"') == []
        assert found('email = "a@example.com"') == [sub]


class TestAliases:
    @pytest.fixture
    def alias_pool(self, make_pool):
        return make_pool(AliasAttributes=["email"], AutoVerifiedAttributes=["email"])

    def test_only_a_verified_address_signs_in(self, alias_pool):
        app = alias_pool.app()
        name = alias_pool.user(email="a@example.com", email_verified="false")
        with refused("UserNotFoundException", "User does not exist."):
            app.start("a@example.com")
        alias_pool.update(name, email_verified="true")
        assert alias_pool.claims(app.tokens("a@example.com")["AccessToken"])["username"] == name
        assert alias_pool.get("a@example.com")["Username"] == name

    def test_an_address_is_no_username(self, alias_pool):
        with refused(
            "InvalidParameterException",
            "Username cannot be of email format, since user pool is configured for email alias.",
        ):
            alias_pool.invite("a@example.com")

    def test_a_taken_alias_moves_only_by_force(self, alias_pool):
        first = alias_pool.user(email="a@example.com", email_verified="true")
        second = fresh()
        values = attributes({"email": "a@example.com", "email_verified": "true"})
        create = alias_pool.idp.admin_create_user
        settings = {
            "UserPoolId": alias_pool.id, "Username": second, "UserAttributes": values,
            "MessageAction": "SUPPRESS",
        }
        with refused("AliasExistsException", TAKEN):
            create(**settings)
        with refused("UserNotFoundException"):
            alias_pool.get(second)
        create(**settings, ForceAliasCreation=True)
        assert alias_pool.get("a@example.com")["Username"] == second
        old = alias_pool.attributes(first)
        assert (old["email"], old["email_verified"]) == ("a@example.com", "false")

    def test_a_changed_address_signs_in_after_verification_only(self, alias_pool):
        app = alias_pool.app()
        name = alias_pool.user(email="a@example.com", email_verified="true")
        alias_pool.update(name, email="b@example.com")
        for address in ("a@example.com", "b@example.com"):
            with refused("UserNotFoundException", "User does not exist."):
                app.start(address)


class TestLongNames:
    """An alias may be longer than what PostgreSQL takes for a key of an index."""

    ADDRESS = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(2036)) + "@example.com"

    @pytest.fixture
    def alias_pool(self, make_pool):
        return make_pool(AliasAttributes=["email"])

    def test_a_long_address_signs_in_and_is_found(self, alias_pool):
        app = alias_pool.app()
        name = alias_pool.user(email=self.ADDRESS, email_verified="true")
        assert len(self.ADDRESS) == 2048
        assert alias_pool.claims(app.tokens(self.ADDRESS)["AccessToken"])["username"] == name
        assert alias_pool.attributes(name)["email"] == self.ADDRESS

    def test_a_long_address_is_taken_once(self, alias_pool):
        app = alias_pool.app()
        alias_pool.user(email=self.ADDRESS, email_verified="true")
        with refused("AliasExistsException", TAKEN):
            alias_pool.invite(email=self.ADDRESS, email_verified="true")
        other = self.ADDRESS[:-3] + "org"
        name = alias_pool.user(email=other, email_verified="true")
        assert alias_pool.claims(app.tokens(other)["AccessToken"])["username"] == name


class TestCase:
    def test_a_pool_without_the_setting_tells_cases_apart(self, pool):
        pool.user("alice")
        with refused("UserNotFoundException", "User does not exist."):
            pool.get("Alice")
        pool.user("Alice")
        assert pool.get("Alice")["Username"] == "Alice"

    def test_an_insensitive_pool_does_not(self, make_pool):
        pool = make_pool(UsernameConfiguration={"CaseSensitive": False})
        app = pool.app()
        pool.user("Alice")
        assert pool.get("ALICE")["Username"] == pool.get("alice")["Username"]
        assert "AccessToken" in app.tokens("aLiCe")
        with refused("UsernameExistsException", "User account already exists"):
            pool.invite("ALICE")
