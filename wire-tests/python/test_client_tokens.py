"""Tokens without a user at the keyboard: of clients for themselves, and derived ones."""

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from cenote import sdk, wire
from cenote.scene import PASSWORD
from cenote.sdk import REGION, refused, without_metadata
from cenote.serve import KEY_ID, SECRET, write_config


@pytest.fixture
def unsigned(server):
    """A boto3 client without credentials."""
    return boto3.client(
        "cognito-idp",
        endpoint_url=server.url,
        region_name=REGION,
        config=Config(signature_version=UNSIGNED, retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def orders(pool):
    pool.idp.create_resource_server(
        UserPoolId=pool.id,
        Identifier="orders",
        Name="orders",
        Scopes=[{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")],
    )
    return pool


def machine(pool, **settings):
    return pool.app(
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_CLIENT_TOKEN_AUTH"],
        AllowedOAuthScopes=["orders/read"],
        **settings,
    )


def test_a_client_gets_a_token_for_itself_without_a_signature(orders, unsigned):
    app = machine(orders)
    answer = unsigned.get_client_token(ClientId=app.id, Secret=app.secret)
    result = without_metadata(answer)["ClientAuthenticationResult"]
    assert (result["ExpiresIn"], result["TokenType"]) == (3600, "Bearer")
    claims = orders.claims(result["AccessToken"])
    assert set(claims) == {
        "sub", "iss", "client_id", "token_use", "scope", "auth_time", "exp", "iat", "jti", "version",
    }
    assert (claims["sub"], claims["client_id"]) == (app.id, app.id)
    assert claims["scope"] == "orders/read"
    with refused("InvalidParameterException", "Invalid scope requested: orders/write"):
        unsigned.get_client_token(ClientId=app.id, Secret=app.secret, Scopes=["orders/write"])
    with refused("NotAuthorizedException", "Invalid client or secret"):
        unsigned.get_client_token(ClientId=app.id, Secret="x" * 52)


def test_plain_http_will_do(orders, server):
    app = machine(orders)
    body = {"ClientId": app.id, "Secret": app.secret, "Scopes": ["orders/read"]}
    reply = wire.call(server.url, "GetClientToken", body)
    assert reply.status == 200, reply
    assert set(reply.json()["ClientAuthenticationResult"]) == {"AccessToken", "ExpiresIn", "TokenType"}


def test_a_service_acts_for_a_user_and_says_so(orders, unsigned):
    person = orders.app()
    username = orders.user()
    access = person.tokens(username)["AccessToken"]
    agent = machine(orders)
    acting = unsigned.get_client_token(ClientId=agent.id, Secret=agent.secret)
    service = orders.app(
        GenerateSecret=True,
        ExplicitAuthFlows=["ALLOW_TOKEN_EXCHANGE_DELEGATION", "ALLOW_TOKEN_EXCHANGE_IMPERSONATION"],
    )
    wish = {
        "ClientId": service.id,
        "SubjectToken": access,
        "SubjectTokenType": "ACCESS_TOKEN",
        "Resources": ["orders"],
    }
    answer = unsigned.get_derived_token(
        **wish,
        ClientSecret=service.secret,
        ActorToken=acting["ClientAuthenticationResult"]["AccessToken"],
        ActorTokenType="ACCESS_TOKEN",
    )
    assert (answer["IssuedTokenType"], answer["TokenType"]) == ("ACCESS_TOKEN", "Bearer")
    claims = orders.claims(answer["IssuedToken"], audience="orders")
    assert claims["act"] == {"sub": agent.id}
    assert claims["sub"] == orders.attributes(username)["sub"]
    assert claims["client_id"] == service.id
    with refused("NotAuthorizedException", "Invalid client secret."):
        unsigned.get_derived_token(**wish)
    # A signature stands in for the secret.
    answer = orders.idp.get_derived_token(**wish)
    assert "act" not in orders.claims(answer["IssuedToken"], audience="orders")


def test_only_a_good_signature_stands_in_for_a_secret(new_store, start):
    place = new_store()
    server = start(["serve", "--config", str(write_config(place))], cwd=place.folder)
    idp = sdk.client(server.url, key=KEY_ID, secret=SECRET)
    stranger = sdk.client(server.url, key=KEY_ID, secret="another/secret")
    pool_id = idp.create_user_pool(PoolName="signed")["UserPool"]["Id"]

    def app(*flows, **settings):
        made = idp.create_user_pool_client(
            UserPoolId=pool_id, ClientName="app", ExplicitAuthFlows=list(flows), **settings
        )
        return made["UserPoolClient"]["ClientId"]

    idp.admin_create_user(UserPoolId=pool_id, Username="ada", MessageAction="SUPPRESS")
    idp.admin_set_user_password(
        UserPoolId=pool_id, Username="ada", Password=PASSWORD, Permanent=True
    )
    tokens = idp.initiate_auth(
        ClientId=app("ALLOW_USER_PASSWORD_AUTH"),
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ada", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    wish = {
        "ClientId": app("ALLOW_TOKEN_EXCHANGE_IMPERSONATION", GenerateSecret=True),
        "SubjectToken": tokens["AccessToken"],
        "SubjectTokenType": "ACCESS_TOKEN",
    }
    assert idp.get_derived_token(**wish)["TokenType"] == "Bearer"
    with refused("NotAuthorizedException", "Invalid client secret."):
        stranger.get_derived_token(**wish)
