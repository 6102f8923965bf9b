"""ListUsers: filters, attributes to get, pages."""

import re

import pytest

from cenote.sdk import as_dict, refused


@pytest.fixture
def crowd(pool):
    """Five users with something in common and something of their own."""
    people = {
        "anna": {"email": "anna@example.com", "given_name": "Anna", "family_name": "Berg"},
        "anton": {"email": "anton@example.com", "given_name": "Anton", "family_name": "Berg"},
        "berta": {"email": "berta@example.org", "name": 'Berta "B" Berg'},
        "carl": {"phone_number": "+15550101234", "preferred_username": "charly"},
        "dora": {"name": "100%_Dora", "given_name": "Ünal"},
    }
    for name, values in people.items():
        pool.invite(name, **values)
    return pool


def found(pool, text, **extra):
    listed = pool.idp.list_users(UserPoolId=pool.id, Filter=text, **extra)["Users"]
    return sorted(user["Username"] for user in listed)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('username = "anna"', ["anna"]),
        ('username ^= "an"', ["anna", "anton"]),
        ('username = "an"', []),
        ('email = "berta@example.org"', ["berta"]),
        ('email ^= "a"', ["anna", "anton"]),
        ('phone_number = "+15550101234"', ["carl"]),
        ('phone_number ^= "+1555"', ["carl"]),
        ('given_name = "Anna"', ["anna"]),
        ('given_name ^= "Ü"', ["dora"]),
        ('family_name = "Berg"', ["anna", "anton"]),
        ('preferred_username = "charly"', ["carl"]),
        (r'name = "Berta \"B\" Berg"', ["berta"]),
        ('name ^= "100%"', ["dora"]),
        ('name ^= "100_"', []),
        ('cognito:user_status = "FORCE_CHANGE_PASSWORD"', ["anna", "anton", "berta", "carl",
                                                          "dora"]),
        ('cognito:user_status = "force_change_password"', ["anna", "anton", "berta", "carl",
                                                          "dora"]),
        ('cognito:user_status = "CONFIRMED"', []),
        ('status = "Enabled"', ["anna", "anton", "berta", "carl", "dora"]),
        ('status = "Disabled"', []),
        ('status = "enabled"', []),
        ('username = "ANNA"', []),
        ('username="anna"', ["anna"]),
        ('  username   =   "anna"  ', ["anna"]),
    ],
)
def test_filters(crowd, text, names):
    assert found(crowd, text) == names


def test_an_empty_filter_finds_all(crowd):
    assert len(found(crowd, "")) == 5
    assert len(crowd.idp.list_users(UserPoolId=crowd.id)["Users"]) == 5


def test_sub_is_a_filter(crowd):
    sub = crowd.attributes("anna")["sub"]
    assert found(crowd, f'sub = "{sub}"') == ["anna"]
    assert "anna" in found(crowd, f'sub ^= "{sub[:8]}"')


def test_disabled_and_confirmed_users(crowd):
    crowd.idp.admin_disable_user(UserPoolId=crowd.id, Username="anna")
    crowd.set_password("anton", "Correct-Horse-9")
    assert found(crowd, 'status = "Disabled"') == ["anna"]
    assert found(crowd, 'cognito:user_status = "CONFIRMED"') == ["anton"]


def test_a_filter_follows_a_change(crowd):
    crowd.update("anna", email="new@example.com")
    assert found(crowd, 'email = "anna@example.com"') == []
    assert found(crowd, 'email = "new@example.com"') == ["anna"]


@pytest.mark.parametrize("name", ["custom:foo", "nickname", "address"])
def test_other_attributes_cannot_be_searched(pool, name):
    with refused("InvalidParameterException", f"Invalid search attribute: {name}"):
        found(pool, f'{name} = "x"')


@pytest.mark.parametrize(
    "text",
    ["username", "username =", 'username "anna"', "username = anna", 'username == "anna"',
     'username = "anna', 'username = "a" and email = "b"', '= "anna"', 'username != "anna"'],
)
def test_what_is_no_filter(pool, text):
    with refused("InvalidParameterException", re.compile("Error while parsing filter.*")):
        found(pool, text)


def test_a_filter_has_a_longest_length(server, pool):
    text = 'username = "' + "a" * 250 + '"'
    reply = server.call("ListUsers", {"UserPoolId": pool.id, "Filter": text})
    assert (reply.status, reply.error) == (400, "InvalidParameterException")
    assert reply.message.endswith("Member must have length less than or equal to 256")
    assert "at 'filter' failed to satisfy constraint" in reply.message


def test_items_are_those_of_admin_create_user(pool):
    made = pool.invite("anna", email="a@example.com")
    assert pool.idp.list_users(UserPoolId=pool.id)["Users"] == [made]


class TestAttributesToGet:
    def test_only_these_are_given(self, pool):
        pool.invite("anna", email="a@example.com", given_name="Anna")
        listed = pool.idp.list_users(UserPoolId=pool.id, AttributesToGet=["email"])["Users"]
        assert as_dict(listed[0]["Attributes"]) == {"email": "a@example.com"}

    def test_one_that_a_listed_user_lacks_is_an_error(self, pool):
        pool.invite("anna", email="a@example.com")
        pool.invite("bert")
        with refused("InvalidParameterException"):
            pool.idp.list_users(UserPoolId=pool.id, AttributesToGet=["email"])


class TestPages:
    @pytest.fixture
    def many(self, pool):
        for n in range(7):
            pool.invite(f"user{n}", family_name="Berg" if n % 2 else "Tal")
        return pool

    def walk(self, pool, limit, **extra):
        sizes, names, token = [], [], {}
        while True:
            page = pool.idp.list_users(UserPoolId=pool.id, Limit=limit, **extra, **token)
            sizes.append(len(page["Users"]))
            names += [user["Username"] for user in page["Users"]]
            assert "NextToken" not in page
            if "PaginationToken" not in page:
                return sizes, names
            token = {"PaginationToken": page["PaginationToken"]}

    @pytest.mark.parametrize(("limit", "sizes"), [(3, [3, 3, 1]), (7, [7]), (1, [1] * 7)])
    def test_pages_join_to_the_whole(self, many, limit, sizes):
        seen, names = self.walk(many, limit)
        assert sorted(names) == [f"user{n}" for n in range(7)]
        assert seen == sizes or seen == [*sizes, 0]

    def test_with_a_filter(self, many):
        _, names = self.walk(many, 2, Filter='family_name = "Berg"')
        assert sorted(names) == ["user1", "user3", "user5"]

    def test_zero_is_the_default_of_sixty(self, server, many):
        reply = server.call("ListUsers", {"UserPoolId": many.id, "Limit": 0})
        assert reply.status == 200
        assert len(reply.json()["Users"]) == 7

    def test_sixty_at_most(self, server, pool):
        for n in range(62):
            server.call("AdminCreateUser", {
                "UserPoolId": pool.id, "Username": f"u{n}", "MessageAction": "SUPPRESS",
            })
        for body in ({}, {"Limit": 0}, {"Limit": 60}):
            reply = server.call("ListUsers", {"UserPoolId": pool.id} | body)
            assert len(reply.json()["Users"]) == 60
            assert "PaginationToken" in reply.json()
        reply = server.call("ListUsers", {"UserPoolId": pool.id, "Limit": 61})
        assert (reply.status, reply.error) == (400, "InvalidParameterException")
        assert reply.message == (
            "1 validation error detected: Value '61' at 'limit' failed to satisfy constraint: "
            "Member must have value less than or equal to 60"
        )

    def test_a_token_lives_an_hour(self, many, clock):
        page = many.idp.list_users(UserPoolId=many.id, Limit=3)
        clock.advance(3601)
        with refused("InvalidParameterException"):
            many.idp.list_users(
                UserPoolId=many.id, Limit=3, PaginationToken=page["PaginationToken"]
            )

    def test_a_token_is_bound_to_its_list(self, many, make_pool):
        page = many.idp.list_users(UserPoolId=many.id, Limit=3)
        token = page["PaginationToken"]
        other = make_pool()
        with refused("InvalidParameterException"):
            other.idp.list_users(UserPoolId=other.id, PaginationToken=token)
        with refused("InvalidParameterException"):
            many.idp.list_users(UserPoolId=many.id, PaginationToken="bm90LWEtdG9rZW4")

    def test_users_made_and_deleted_between_pages(self, many):
        first = many.idp.list_users(UserPoolId=many.id, Limit=3)
        seen = [user["Username"] for user in first["Users"]]
        rest = [f"user{n}" for n in range(7) if f"user{n}" not in seen]
        many.idp.admin_delete_user(UserPoolId=many.id, Username=seen[-1])
        many.idp.admin_delete_user(UserPoolId=many.id, Username=rest[0])
        second = many.idp.list_users(
            UserPoolId=many.id, PaginationToken=first["PaginationToken"]
        )
        assert sorted(user["Username"] for user in second["Users"]) == sorted(rest[1:])
