"""Authlib, unmodified, at the endpoints of a domain."""

import uuid

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client


@pytest.fixture
def domain(pool, idp, server):
    """The address of the pool's domain, by its path: not every resolver knows names below `localhost`."""
    name = f"p-{uuid.uuid4().hex[:12]}"
    idp.create_user_pool_domain(UserPoolId=pool.id, Domain=name)
    return f"{server.url}/_domain/{name}"


@pytest.fixture
def machine(pool, idp):
    scopes = [{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")]
    idp.create_resource_server(UserPoolId=pool.id, Identifier="orders", Name="orders", Scopes=scopes)
    made = idp.create_user_pool_client(
        UserPoolId=pool.id,
        ClientName="machine",
        GenerateSecret=True,
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["client_credentials"],
        AllowedOAuthScopes=["orders/read"],
    )["UserPoolClient"]
    return made["ClientId"], made["ClientSecret"]


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_machine_gets_a_token_for_itself(domain, machine, method):
    address = f"{domain}/oauth2/token"
    with OAuth2Client(*machine, token_endpoint_auth_method=method) as client:
        token = client.fetch_token(address, grant_type="client_credentials")
        assert set(token) == {"access_token", "expires_in", "token_type", "expires_at"}
        assert token["expires_in"] == 3600
        with pytest.raises(OAuthError) as refused:
            client.fetch_token(address, grant_type="client_credentials", scope="orders/write")
    assert refused.value.error == "invalid_grant"


def test_a_wrong_secret_gets_nothing(domain, machine):
    with OAuth2Client(machine[0], "wrong") as client, pytest.raises(OAuthError) as refused:
        client.fetch_token(f"{domain}/oauth2/token", grant_type="client_credentials")
    assert refused.value.error == "invalid_client"


def test_the_name_of_a_domain_is_the_host_of_a_request(domain, server, machine):
    name = domain.rsplit("/", 1)[1]
    for host, status in [(f"{name}.auth.localhost", 200), ("other.auth.localhost", 404), ("localhost", 404)]:
        reply = httpx.post(
            f"{server.url}/oauth2/token",
            data={"grant_type": "client_credentials"},
            auth=machine,
            headers={"Host": host},
        )
        assert reply.status_code == status, host
