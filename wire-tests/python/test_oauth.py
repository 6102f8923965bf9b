"""Authlib, unmodified, at the endpoints of a domain."""

import uuid
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.base_client.sync_app import BaseApp, OAuth2Mixin
from authlib.integrations.base_client.sync_openid import OpenIDMixin
from authlib.integrations.httpx_client import OAuth2Client
from authlib.integrations.requests_client import OAuth2Session
from joserfc.errors import InvalidClaimError

from cenote.scene import PASSWORD

CALLBACK = "https://app.example/cb"


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


class Relying(OAuth2Mixin, OpenIDMixin, BaseApp):
    """The library's OpenID Connect client, which its integrations with web frameworks wrap."""

    client_cls = OAuth2Session

    def holding(self, token, **more):
        """The session of an application that has these tokens."""
        return OAuth2Session(
            self.client_id,
            self.client_secret,
            token=token,
            token_endpoint=self.server_metadata["token_endpoint"],
            **self.client_kwargs,
            **more,
        )


class Forms(HTMLParser):
    """The forms of a page: their addresses and the fields with their values."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, pairs):
        values = dict(pairs)
        if tag == "form":
            assert values["method"] == "post"
            self.found.append((values["action"], {}))
        elif tag == "input":
            self.found[-1][1][values["name"]] = values["value"]


def browse(session, url, **typed):
    """Goes on until the browser is sent to the application, whose parameters are given back. The form of a page
    on the way is filled in with what is typed."""
    reply = session.get(url, allow_redirects=False)
    for _ in range(10):
        if reply.is_redirect:
            url = urljoin(url, reply.headers["Location"])
            if url.startswith(CALLBACK):
                return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
            reply = session.get(url, allow_redirects=False)
        else:
            assert reply.status_code == 200, reply.text
            [(action, fields)] = Forms(reply.text).found
            assert typed and set(typed) <= set(fields), fields
            url = urljoin(url, action)
            reply = session.post(url, data=fields | typed, allow_redirects=False)
    raise AssertionError(f"the way has no end: {url}")


def metadata(server, pool, domain):
    """What the discovery document says, with the endpoints by their path: not every resolver knows the names."""
    found = server.get(f"/{pool.id}/.well-known/openid-configuration").json()
    name = domain.rsplit("/", 1)[1]
    base = f"http://{name}.auth.localhost:{server.port}/"
    return {
        key: value.replace(base, f"{domain}/") if isinstance(value, str) else value
        for key, value in found.items()
    }


@pytest.fixture
def relying(domain, pool, idp, server):
    """Makes the application: the library's client for an app client with a secret or without one."""

    def make(method, **settings):
        made = idp.create_user_pool_client(
            UserPoolId=pool.id,
            ClientName="web",
            GenerateSecret=method != "none",
            CallbackURLs=[CALLBACK],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthFlows=["code"],
            AllowedOAuthScopes=["openid", "email"],
            SupportedIdentityProviders=["COGNITO"],
            **settings,
        )["UserPoolClient"]
        return Relying(
            framework=None,
            client_id=made["ClientId"],
            client_secret=made.get("ClientSecret"),
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": method,
                "revocation_endpoint_auth_method": method,
            },
            **metadata(server, pool, domain),
        )

    return make


def sign_in(client, session, username, **more):
    """Begins as the library says, and signs in on the page; what was begun, and what came back."""
    begun = client.create_authorization_url(CALLBACK, **more)
    answer = browse(session, begun["url"], username=username, password=PASSWORD)
    assert answer.keys() == {"code", "state", "iss"}
    assert answer["state"] == begun["state"]
    assert answer["iss"] == client.server_metadata["issuer"]
    return begun, answer["code"]


def fetch(client, begun, code, **changed):
    values = {"code": code, "code_verifier": begun["code_verifier"]} | changed
    return client.fetch_access_token(CALLBACK, **values)


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_somebody_signs_in_on_the_page_with_a_code_and_pkce(pool, relying, method):
    client = relying(method)
    username = pool.user(email="ada@example.com", email_verified="true")
    sub = pool.attributes(username)["sub"]
    with requests.Session() as session:
        begun, code = sign_in(client, session, username)
        token = fetch(client, begun, code)
        assert set(token) == {
            "access_token", "expires_at", "expires_in", "id_token", "refresh_token", "token_type",
        }
        assert (token["token_type"], token["expires_in"]) == ("Bearer", 3600)
        person = client.parse_id_token(token, nonce=begun["nonce"])
        assert (person["sub"], person["aud"]) == (sub, client.client_id)
        assert (person["email"], person["email_verified"]) == ("ada@example.com", True)
        assert person["cognito:username"] == username
        # The library found a hash of the access token, and held it against that.
        assert person["at_hash"]
        with pytest.raises(InvalidClaimError):
            client.parse_id_token(token, nonce="another")
        with pytest.raises(InvalidClaimError):
            other = token | {"access_token": token["access_token"] + "x"}
            client.parse_id_token(other, nonce=begun["nonce"])
        assert client.userinfo(token=token) == {
            "sub": sub,
            "username": username,
            "email": "ada@example.com",
            "email_verified": "true",
        }

        # The browser is known: the next code comes without a page, for the same sign-in.
        again = client.create_authorization_url(CALLBACK)
        answer = browse(session, again["url"])
        second = client.parse_id_token(fetch(client, again, answer["code"]), nonce=again["nonce"])
        assert (second["sub"], second["auth_time"]) == (sub, person["auth_time"])


def test_a_code_is_worth_nothing_with_another_verifier_or_twice(pool, relying):
    client = relying("none")
    username = pool.user()
    with requests.Session() as session:
        begun, code = sign_in(client, session, username)
        with pytest.raises(OAuthError) as refused:
            fetch(client, begun, code, code_verifier="x" * 43)
        assert refused.value.error == "invalid_grant"
    with requests.Session() as session:
        begun, code = sign_in(client, session, username)
        token = fetch(client, begun, code)
        assert client.userinfo(token=token)["username"] == username
        with pytest.raises(OAuthError) as refused:
            fetch(client, begun, code)
        assert refused.value.error == "invalid_grant"
        # And nothing that the first use gave is left.
        with pytest.raises(requests.HTTPError) as over:
            client.userinfo(token=token)
        assert over.value.response.status_code == 401


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_tokens_are_refreshed_until_they_are_revoked(pool, relying, method):
    client = relying(method)
    username = pool.user()
    with requests.Session() as session:
        begun, code = sign_in(client, session, username)
        first = fetch(client, begun, code)
    before = client.parse_id_token(first, nonce=begun["nonce"])
    endpoints, kept = client.server_metadata, []
    # The library thinks that the access token is over, and gets another one before it asks.
    with client.holding(
        first | {"expires_at": 1}, update_token=lambda token, **_: kept.append(token)
    ) as session:
        shown = session.get(endpoints["userinfo_endpoint"])
        assert (shown.status_code, shown.json()["sub"]) == (200, before["sub"])
        [second] = kept
        # It keeps the refresh token, which does not rotate here.
        assert second["refresh_token"] == first["refresh_token"]
        assert second["access_token"] != first["access_token"]
        after = client.parse_id_token(second, nonce=None)
        for name in ("sub", "auth_time", "origin_jti"):
            assert after[name] == before[name]

        gone = session.revoke_token(
            endpoints["revocation_endpoint"],
            token=first["refresh_token"],
            token_type_hint="refresh_token",
        )
        assert (gone.status_code, gone.content) == (200, b"")
        with pytest.raises(OAuthError) as refused:
            session.refresh_token(refresh_token=first["refresh_token"])
        assert refused.value.error == "invalid_grant"
    for token in (first, second):
        with pytest.raises(requests.HTTPError) as over:
            client.userinfo(token=token)
        assert over.value.response.status_code == 401


def test_a_refresh_token_that_rotates_is_taken_over(pool, relying):
    client = relying("none", RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": 0})
    with requests.Session() as session:
        begun, code = sign_in(client, session, pool.user())
        first = fetch(client, begun, code)
    with client.holding(first) as session:
        second = session.refresh_token()
        assert second["refresh_token"] != first["refresh_token"]
        third = session.refresh_token()
        assert third["refresh_token"] not in (first["refresh_token"], second["refresh_token"])
        with pytest.raises(OAuthError) as refused:
            session.refresh_token(refresh_token=first["refresh_token"])
    assert refused.value.error == "invalid_grant"


def test_what_the_page_refuses_gives_no_code(pool, relying):
    client = relying("none")
    username = pool.user()
    begun = client.create_authorization_url(CALLBACK)
    with requests.Session() as session:
        page = session.get(begun["url"])
        [(action, fields)] = Forms(page.text).found
        address = urljoin(page.url, action)
        wrong = session.post(address, data=fields | {"username": username, "password": "wrong"})
        assert (wrong.status_code, wrong.url) == (200, address)
        assert "Incorrect username or password." in wrong.text
        # The form of another browser is refused, however right what is typed may be.
        right = fields | {"username": username, "password": PASSWORD}
        other = requests.post(address, data=right)
        assert other.status_code == 403
        assert "The form could not be checked." in other.text
