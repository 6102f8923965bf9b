"""Groups and membership."""

import pytest

from cenote.sdk import refused, without_metadata

ROLE = "arn:aws:iam::123456789012:role/"


def create(pool, name, **settings):
    return pool.idp.create_group(UserPoolId=pool.id, GroupName=name, **settings)["Group"]


def add(pool, user, *groups):
    for group in groups:
        pool.idp.admin_add_user_to_group(UserPoolId=pool.id, Username=user, GroupName=group)


def test_a_group_is_what_was_given(pool):
    made = create(pool, "admins", Description="d", Precedence=3, RoleArn=ROLE + "a")
    assert set(made) == {
        "GroupName", "UserPoolId", "Description", "RoleArn", "Precedence", "LastModifiedDate",
        "CreationDate",
    }
    assert (made["Description"], made["Precedence"], made["RoleArn"]) == ("d", 3, ROLE + "a")
    assert pool.idp.get_group(UserPoolId=pool.id, GroupName="admins")["Group"] == made


def test_members_not_given_are_absent(pool):
    assert set(create(pool, "plain")) == {
        "GroupName", "UserPoolId", "LastModifiedDate", "CreationDate",
    }


def test_a_name_comes_once_in_a_pool(pool, make_pool):
    create(pool, "admins")
    with refused("GroupExistsException", "A group with the name already exists."):
        create(pool, "admins")
    create(make_pool(), "admins")


def test_an_update_answers_with_the_group(pool):
    create(pool, "admins", Description="d", Precedence=3)
    changed = pool.idp.update_group(
        UserPoolId=pool.id, GroupName="admins", Description="e", Precedence=0
    )["Group"]
    assert (changed["Description"], changed["Precedence"]) == ("e", 0)
    assert pool.idp.get_group(UserPoolId=pool.id, GroupName="admins")["Group"] == changed


def test_unknown_groups_are_not_found(pool):
    user = pool.user()
    named = {"UserPoolId": pool.id, "GroupName": "nope"}
    for call, extra in (
        (pool.idp.get_group, {}),
        (pool.idp.update_group, {}),
        (pool.idp.delete_group, {}),
        (pool.idp.list_users_in_group, {}),
        (pool.idp.admin_add_user_to_group, {"Username": user}),
        (pool.idp.admin_remove_user_from_group, {"Username": user}),
    ):
        with refused("ResourceNotFoundException", "Group not found."):
            call(**named, **extra)


def test_unknown_users_are_not_found(pool):
    create(pool, "admins")
    with refused("UserNotFoundException", "User does not exist."):
        add(pool, "nobody", "admins")


def test_precedence_is_not_negative(server, pool):
    reply = server.call(
        "CreateGroup", {"UserPoolId": pool.id, "GroupName": "g", "Precedence": -1}
    )
    assert (reply.status, reply.error) == (400, "InvalidParameterException")
    assert reply.message == (
        "1 validation error detected: Value '-1' at 'precedence' failed to satisfy constraint: "
        "Member must have value greater than or equal to 0"
    )


def test_membership_may_be_repeated_both_ways_with_empty_answers(pool):
    user = pool.user()
    create(pool, "admins")
    body = {"UserPoolId": pool.id, "Username": user, "GroupName": "admins"}
    for operation in ("AdminAddUserToGroup", "AdminRemoveUserFromGroup"):
        for _ in range(2):
            reply = pool.server.call(operation, body)
            assert (reply.status, reply.body) == (200, b"")


def test_members_and_memberships_are_listed(pool):
    create(pool, "a")
    create(pool, "b")
    users = [pool.user() for _ in range(3)]
    for user in users:
        add(pool, user, "a")
    add(pool, users[0], "b")
    listed = pool.idp.list_users_in_group(UserPoolId=pool.id, GroupName="a")["Users"]
    assert {user["Username"] for user in listed} == set(users)
    assert set(listed[0]) == {
        "Username", "Attributes", "UserCreateDate", "UserLastModifiedDate", "Enabled",
        "UserStatus",
    }
    groups = pool.idp.admin_list_groups_for_user(UserPoolId=pool.id, Username=users[0])["Groups"]
    assert {group["GroupName"] for group in groups} == {"a", "b"}


def test_a_deleted_group_leaves_its_users(pool, app):
    user = pool.user()
    create(pool, "a")
    add(pool, user, "a")
    reply = pool.server.call("DeleteGroup", {"UserPoolId": pool.id, "GroupName": "a"})
    assert (reply.status, reply.body) == (200, b"")
    answer = pool.idp.admin_list_groups_for_user(UserPoolId=pool.id, Username=user)
    assert answer.get("Groups", []) == []
    assert "cognito:groups" not in pool.claims(app.tokens(user)["AccessToken"])
    create(pool, "a")
    listed = pool.idp.list_users_in_group(UserPoolId=pool.id, GroupName="a")
    assert listed.get("Users", []) == []


def test_a_deleted_user_leaves_his_groups(pool):
    user = pool.user()
    create(pool, "a")
    add(pool, user, "a")
    pool.idp.admin_delete_user(UserPoolId=pool.id, Username=user)
    pool.user(user)
    listed = pool.idp.list_users_in_group(UserPoolId=pool.id, GroupName="a")
    assert listed.get("Users", []) == []


@pytest.mark.parametrize(
    ("call", "member"),
    [("list_groups", "Groups"), ("list_users_in_group", "Users"),
     ("admin_list_groups_for_user", "Groups")],
)
def test_lists_page_with_next_token(pool, call, member):
    user = pool.user()
    for n in range(5):
        create(pool, f"g{n}")
        add(pool, user, f"g{n}")
    for _ in range(4):
        add(pool, pool.user(), "g0")
    settings = {
        "list_groups": {},
        "list_users_in_group": {"GroupName": "g0"},
        "admin_list_groups_for_user": {"Username": user},
    }[call]
    sizes, seen, token = [], [], {}
    while True:
        page = getattr(pool.idp, call)(UserPoolId=pool.id, Limit=2, **settings, **token)
        sizes.append(len(page[member]))
        seen += [item.get("GroupName") or item["Username"] for item in page[member]]
        if "NextToken" not in page:
            break
        token = {"NextToken": page["NextToken"]}
    assert sum(sizes) == len(set(seen)) == 5
    assert sizes == [2, 2, 1]
    with refused("InvalidParameterException"):
        getattr(pool.idp, call)(UserPoolId=pool.id, **settings, NextToken="bm90LWEtdG9rZW4")


class TestClaims:
    def claims(self, pool, app, user):
        return pool.claims(app.tokens(user)["IdToken"], app.id)

    def test_no_group_no_claim(self, pool, app):
        tokens = app.tokens(pool.user())
        for claims in (
            pool.claims(tokens["AccessToken"]), pool.claims(tokens["IdToken"], app.id),
        ):
            assert "cognito:groups" not in claims
            assert "cognito:roles" not in claims
            assert "cognito:preferred_role" not in claims

    def test_groups_are_in_both_tokens_and_roles_in_the_id_token(self, pool, app):
        user = pool.user()
        create(pool, "low", Precedence=9, RoleArn=ROLE + "low")
        create(pool, "high", Precedence=1, RoleArn=ROLE + "high")
        create(pool, "bare")
        add(pool, user, "low", "high", "bare")
        tokens = app.tokens(user)
        access = pool.claims(tokens["AccessToken"])
        identity = pool.claims(tokens["IdToken"], app.id)
        assert set(access["cognito:groups"]) == {"low", "high", "bare"}
        assert identity["cognito:groups"] == access["cognito:groups"]
        assert set(identity["cognito:roles"]) == {ROLE + "low", ROLE + "high"}
        assert identity["cognito:preferred_role"] == ROLE + "high"
        assert "cognito:roles" not in access
        assert "cognito:preferred_role" not in access

    def test_a_tie_with_different_roles_prefers_none(self, pool, app):
        user = pool.user()
        create(pool, "a", Precedence=1, RoleArn=ROLE + "a")
        create(pool, "b", Precedence=1, RoleArn=ROLE + "b")
        add(pool, user, "a", "b")
        claims = self.claims(pool, app, user)
        assert set(claims["cognito:roles"]) == {ROLE + "a", ROLE + "b"}
        assert "cognito:preferred_role" not in claims

    def test_a_tie_with_the_same_role_prefers_it(self, pool, app):
        user = pool.user()
        create(pool, "a", Precedence=1, RoleArn=ROLE + "same")
        create(pool, "b", Precedence=1, RoleArn=ROLE + "same")
        add(pool, user, "a", "b")
        assert self.claims(pool, app, user)["cognito:preferred_role"] == ROLE + "same"

    def test_a_refreshed_token_shows_the_present_groups(self, pool, app):
        user = pool.user()
        create(pool, "a")
        tokens = app.tokens(user)
        add(pool, user, "a")
        fresh = app.refresh(tokens["RefreshToken"])
        assert pool.claims(fresh["IdToken"], app.id)["cognito:groups"] == ["a"]


def test_an_update_of_nothing_is_allowed(pool):
    create(pool, "admins", Description="d")
    answer = pool.idp.update_group(UserPoolId=pool.id, GroupName="admins")
    assert set(without_metadata(answer)) == {"Group"}
