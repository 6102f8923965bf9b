"""App clients: defaults, rules, replacement by update, lists."""

import re

import pytest

from cenote.scene import ALL_FLOWS
from cenote.sdk import refused, without_metadata


def create(pool, **settings):
    made = pool.idp.create_user_pool_client(UserPoolId=pool.id, ClientName="app", **settings)
    return made["UserPoolClient"]


def describe(pool, client_id):
    found = pool.idp.describe_user_pool_client(UserPoolId=pool.id, ClientId=client_id)
    return found["UserPoolClient"]


def test_a_client_made_with_only_a_name_has_the_service_s_defaults(pool):
    made = create(pool)
    assert re.fullmatch(r"[0-9a-z]{26}", made["ClientId"])
    assert describe(pool, made["ClientId"]) == made
    assert made["CreationDate"] == made["LastModifiedDate"]
    assert made["UserPoolId"] == pool.id
    assert made["ClientName"] == "app"
    assert made["RefreshTokenValidity"] == 30
    assert made["AllowedOAuthFlowsUserPoolClient"] is False
    assert made["EnableTokenRevocation"] is True
    assert made["EnablePropagateAdditionalUserContextData"] is False
    assert made["AuthSessionValidity"] == 3
    for absent in (
        "ClientSecret", "ReadAttributes", "WriteAttributes", "ExplicitAuthFlows",
        "AccessTokenValidity", "IdTokenValidity", "CallbackURLs", "LogoutURLs",
        "DefaultRedirectURI", "AllowedOAuthFlows", "AllowedOAuthScopes",
        "SupportedIdentityProviders", "RefreshTokenRotation", "AnalyticsConfiguration",
    ):
        assert absent not in made, absent


def test_a_generated_secret_is_shown_by_every_answer(pool):
    made = create(pool, GenerateSecret=True)
    secret = made["ClientSecret"]
    assert re.fullmatch(r"[0-9a-z]{50,54}", secret)
    assert describe(pool, made["ClientId"])["ClientSecret"] == secret
    updated = pool.idp.update_user_pool_client(UserPoolId=pool.id, ClientId=made["ClientId"])
    assert updated["UserPoolClient"]["ClientSecret"] == secret


def test_an_own_secret_is_taken_but_not_with_a_generated_one(pool):
    own = "a" * 24
    assert create(pool, ClientSecret=own)["ClientSecret"] == own
    with refused("InvalidParameterException"):
        create(pool, ClientSecret=own, GenerateSecret=True)


def test_a_refresh_validity_of_zero_becomes_thirty(pool):
    assert create(pool, RefreshTokenValidity=0)["RefreshTokenValidity"] == 30


@pytest.mark.parametrize(
    "settings",
    [
        {"AccessTokenValidity": 4, "TokenValidityUnits": {"AccessToken": "minutes"}},
        {"IdTokenValidity": 25, "TokenValidityUnits": {"IdToken": "hours"}},
        {"AccessTokenValidity": 299, "TokenValidityUnits": {"AccessToken": "seconds"}},
        {"RefreshTokenValidity": 59, "TokenValidityUnits": {"RefreshToken": "minutes"}},
        {"RefreshTokenValidity": 3651, "TokenValidityUnits": {"RefreshToken": "days"}},
    ],
)
def test_validities_have_bounds(pool, settings):
    with refused("InvalidParameterException", "Invalid range for token validity."):
        create(pool, **settings)


def test_a_refresh_token_lives_at_least_as_long_as_the_others(pool):
    with refused(
        "InvalidParameterException",
        "Access and Id Token expiration times must be less than or equal to refresh token "
        "expiration times.",
    ):
        create(
            pool,
            AccessTokenValidity=2,
            RefreshTokenValidity=60,
            TokenValidityUnits={"AccessToken": "hours", "RefreshToken": "minutes"},
        )


def test_validities_are_shown_with_their_units(pool):
    units = {"AccessToken": "minutes", "IdToken": "minutes", "RefreshToken": "hours"}
    made = create(
        pool,
        AccessTokenValidity=5,
        IdTokenValidity=10,
        RefreshTokenValidity=1,
        TokenValidityUnits=units,
    )
    assert made["AccessTokenValidity"] == 5
    assert made["IdTokenValidity"] == 10
    assert made["RefreshTokenValidity"] == 1
    assert made["TokenValidityUnits"] == units


class TestFlows:
    def test_the_two_kinds_of_names_do_not_mix(self, pool):
        with refused(
            "InvalidParameterException",
            "Auth flow name with prefix 'ALLOW' cannot be used with legacy auth flow names.",
        ):
            create(pool, ExplicitAuthFlows=["ALLOW_USER_SRP_AUTH", "USER_PASSWORD_AUTH"])

    def test_flows_are_kept(self, pool):
        made = create(pool, ExplicitAuthFlows=ALL_FLOWS)
        assert sorted(made["ExplicitAuthFlows"]) == sorted(ALL_FLOWS)
        legacy = create(pool, ExplicitAuthFlows=["ADMIN_NO_SRP_AUTH"])
        assert legacy["ExplicitAuthFlows"] == ["ADMIN_NO_SRP_AUTH"]

    def test_client_token_auth_is_accepted_though_the_model_lacks_it(self, server, pool):
        reply = server.call("CreateUserPoolClient", {
            "UserPoolId": pool.id, "ClientName": "machine", "GenerateSecret": True,
            "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"],
        })
        assert reply.status == 200, reply
        assert reply.json()["UserPoolClient"]["ExplicitAuthFlows"] == ["ALLOW_CLIENT_TOKEN_AUTH"]

    def test_client_token_auth_stands_alone_and_needs_a_secret(self, server, pool):
        alone = {"ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH"]}
        mixed = {
            "ExplicitAuthFlows": ["ALLOW_CLIENT_TOKEN_AUTH", "ALLOW_USER_SRP_AUTH"],
            "GenerateSecret": True,
        }
        for settings in (alone, mixed):
            body = {"UserPoolId": pool.id, "ClientName": "machine"} | settings
            reply = server.call("CreateUserPoolClient", body)
            assert (reply.status, reply.error) == (400, "InvalidParameterException")

    def test_rotation_excludes_the_old_refresh_flow(self, pool):
        rotation = {"Feature": "ENABLED", "RetryGracePeriodSeconds": 10}
        with refused("InvalidParameterException"):
            create(pool, RefreshTokenRotation=rotation, ExplicitAuthFlows=ALL_FLOWS)
        flows = ["ALLOW_USER_PASSWORD_AUTH"]
        made = create(pool, RefreshTokenRotation=rotation, ExplicitAuthFlows=flows)
        assert made["RefreshTokenRotation"] == rotation


class TestUrls:
    @pytest.mark.parametrize(
        "url",
        [
            "http://localhost:3000/cb", "http://127.0.0.1/cb", "http://[::1]:8080/cb",
            "https://example.com/cb", "myapp://signin",
        ],
    )
    def test_accepted(self, pool, url):
        assert create(pool, CallbackURLs=[url])["CallbackURLs"] == [url]
        assert create(pool, LogoutURLs=[url])["LogoutURLs"] == [url]

    def test_plain_http_elsewhere_is_refused(self, pool):
        with refused(
            "InvalidParameterException", "http://example.com/cb cannot use the HTTP protocol."
        ):
            create(pool, CallbackURLs=["http://example.com/cb"])

    def test_a_fragment_is_refused(self, pool):
        with refused(
            "InvalidParameterException", "https://example.com/cb#x cannot use fragment"
        ):
            create(pool, CallbackURLs=["https://example.com/cb#x"])

    def test_the_default_is_one_of_the_list(self, pool):
        with refused(
            "InvalidParameterException",
            "The default redirect URI https://b.example/ is not in the callback URIs list.",
        ):
            create(
                pool,
                CallbackURLs=["https://a.example/"],
                DefaultRedirectURI="https://b.example/",
            )


class TestOAuth:
    CODE = {
        "AllowedOAuthFlowsUserPoolClient": True,
        "AllowedOAuthFlows": ["code"],
        "AllowedOAuthScopes": ["openid", "email"],
        "CallbackURLs": ["https://example.com/cb"],
        "SupportedIdentityProviders": ["COGNITO"],
    }

    def test_a_code_client_is_kept(self, pool):
        made = create(pool, **self.CODE)
        for name, value in self.CODE.items():
            assert made[name] == value

    def test_client_credentials_and_code_exclude_each_other(self, pool):
        with refused(
            "InvalidOAuthFlowException",
            "client_credentials flow can not be selected along with code flow or implicit flow.",
        ):
            flows = ["code", "client_credentials"]
            create(pool, GenerateSecret=True, **(self.CODE | {"AllowedOAuthFlows": flows}))

    def test_client_credentials_need_a_secret(self, pool):
        with refused(
            "InvalidOAuthFlowException",
            re.compile(r"client_credentials flow can not be selected if client does not have a "
                       r"client secret\."),
        ):
            flows = ["client_credentials"]
            create(pool, **(self.CODE | {"AllowedOAuthFlows": flows}))

    def test_code_needs_a_callback(self, pool):
        without = {name: self.CODE[name] for name in self.CODE if name != "CallbackURLs"}
        with refused(
            "InvalidParameterException",
            re.compile(
                r"CallbackUrls can not be empty when code flow or implicit flow is selected\.?"
            ),
        ):
            create(pool, **without)

    def test_an_unknown_scope_is_named(self, pool):
        with refused("ScopeDoesNotExistException", re.compile(".*nope/read.*")):
            create(pool, **(self.CODE | {"AllowedOAuthScopes": ["nope/read"]}))

    def test_an_unknown_provider_is_named(self, pool):
        with refused(
            "InvalidParameterException",
            re.compile(f"The provider Nope does not exist for User Pool {pool.id}\\.?"),
        ):
            create(pool, SupportedIdentityProviders=["Nope"])


class TestAttributes:
    def test_unknown_attributes_are_refused(self, pool):
        with refused(
            "InvalidParameterException",
            re.compile("Invalid read attributes specified while creating a client.*"),
        ):
            create(pool, ReadAttributes=["custom:nope"])
        with refused(
            "InvalidParameterException",
            re.compile("Invalid write attributes specified while creating a client.*"),
        ):
            create(pool, WriteAttributes=["custom:nope"])

    @pytest.mark.parametrize("name", ["sub", "email_verified", "phone_number_verified"])
    def test_what_the_service_decides_is_not_writable(self, pool, name):
        with refused(
            "InvalidParameterException",
            re.compile("Invalid write attributes specified while creating a client.*"),
        ):
            create(pool, WriteAttributes=[name])

    def test_required_attributes_must_be_writable(self, make_pool):
        strict = make_pool(Schema=[{"Name": "given_name", "Required": True}])
        with refused(
            "InvalidParameterException",
            re.compile("Invalid write attributes specified while creating a client.*"),
        ):
            create(strict, WriteAttributes=["nickname"])

    def test_the_lists_are_kept(self, pool):
        made = create(pool, ReadAttributes=["email", "name"], WriteAttributes=["name"])
        assert sorted(made["ReadAttributes"]) == ["email", "name"]
        assert made["WriteAttributes"] == ["name"]


def test_an_update_resets_what_it_leaves_out(pool):
    made = create(
        pool,
        GenerateSecret=True,
        CallbackURLs=["https://example.com/cb"],
        ExplicitAuthFlows=ALL_FLOWS,
        ReadAttributes=["email"],
        AccessTokenValidity=2,
        AuthSessionValidity=10,
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=False,
    )
    pool.idp.update_user_pool_client(UserPoolId=pool.id, ClientId=made["ClientId"])
    seen = describe(pool, made["ClientId"])
    for cleared in ("CallbackURLs", "ExplicitAuthFlows", "ReadAttributes", "AccessTokenValidity"):
        assert cleared not in seen, cleared
    assert seen["AuthSessionValidity"] == 3
    assert seen["EnableTokenRevocation"] is True
    assert seen.get("PreventUserExistenceErrors", "LEGACY") == "LEGACY"
    for kept in ("ClientId", "ClientSecret", "UserPoolId", "CreationDate"):
        assert seen[kept] == made[kept], kept


def test_propagating_context_needs_a_secret(pool):
    with refused(
        "InvalidParameterException",
        re.compile(
            "Client Secret is required to set EnablePropagateAdditionalUserContextData as true\\.?"
        ),
    ):
        create(pool, EnablePropagateAdditionalUserContextData=True)


def test_session_validity_has_bounds(server, pool):
    body = {"UserPoolId": pool.id, "ClientName": "app", "AuthSessionValidity": 2}
    reply = server.call("CreateUserPoolClient", body)
    assert (reply.status, reply.error) == (400, "InvalidParameterException")
    assert reply.message == (
        "1 validation error detected: Value '2' at 'authSessionValidity' failed to satisfy "
        "constraint: Member must have value greater than or equal to 3"
    )


def test_a_deleted_client_is_gone(pool):
    made = create(pool)
    reply = pool.server.call(
        "DeleteUserPoolClient", {"UserPoolId": pool.id, "ClientId": made["ClientId"]}
    )
    assert (reply.status, reply.body) == (200, b"")
    text = f"User pool client {made['ClientId']} does not exist."
    for call in (
        pool.idp.describe_user_pool_client,
        pool.idp.delete_user_pool_client,
        pool.idp.update_user_pool_client,
    ):
        with refused("ResourceNotFoundException", text):
            call(UserPoolId=pool.id, ClientId=made["ClientId"])


def test_a_client_of_another_pool_is_not_found(pool, make_pool):
    made = create(make_pool())
    with refused(
        "ResourceNotFoundException", f"User pool client {made['ClientId']} does not exist."
    ):
        describe(pool, made["ClientId"])


def test_list_items_have_only_three_members_and_pages_join(pool):
    made = {create(pool)["ClientId"] for _ in range(5)}
    pages = list(
        pool.idp.get_paginator("list_user_pool_clients").paginate(
            UserPoolId=pool.id, PaginationConfig={"PageSize": 2}
        )
    )
    assert [len(page["UserPoolClients"]) for page in pages] == [2, 2, 1]
    items = [item for page in pages for item in page["UserPoolClients"]]
    assert all(set(item) == {"ClientId", "UserPoolId", "ClientName"} for item in items)
    assert {item["ClientId"] for item in items} == made
    assert len(items) == 5


def test_a_made_up_page_token_is_refused(pool):
    with refused("InvalidParameterException"):
        pool.idp.list_user_pool_clients(UserPoolId=pool.id, NextToken="bm90LWEtdG9rZW4")


def test_analytics_need_an_application_or_a_project(pool):
    with refused(
        "InvalidParameterException",
        re.compile("Invalid analytics configuration given, either <application arn> or "
                   "<application id, role arn, external id> are valid\\.?"),
    ):
        create(pool, AnalyticsConfiguration={"ApplicationId": "0123456789abcdef"})


def test_the_answer_to_an_update_is_the_client(pool):
    made = create(pool)
    answer = pool.idp.update_user_pool_client(
        UserPoolId=pool.id, ClientId=made["ClientId"], ClientName="renamed"
    )
    assert set(without_metadata(answer)) == {"UserPoolClient"}
    assert answer["UserPoolClient"]["ClientName"] == "renamed"
    assert describe(pool, made["ClientId"]) == answer["UserPoolClient"]
