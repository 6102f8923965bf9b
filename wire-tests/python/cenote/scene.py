"""Sets a scene in a line or two: a pool, an app, users, and signing in."""

import base64
import hashlib
import hmac
import itertools
import json
from urllib.parse import urlencode

import jwt

from . import srp, wire
from .sdk import as_dict, attributes, client

PASSWORD = "Correct-Horse-9"
NEW_PASSWORD = "Better-Staple-7"

# The attributes of every pool, in the order in which they are shown.
STANDARD = [
    "sub", "name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
    "profile", "picture", "website", "email", "email_verified", "gender", "birthdate", "zoneinfo",
    "locale", "phone_number", "phone_number_verified", "address", "updated_at", "identities",
]

ALL_FLOWS = [
    "ALLOW_USER_SRP_AUTH",
    "ALLOW_USER_PASSWORD_AUTH",
    "ALLOW_ADMIN_USER_PASSWORD_AUTH",
    "ALLOW_REFRESH_TOKEN_AUTH",
]

_numbers = itertools.count(1)


def fresh(stem="user"):
    """A name that no other test has."""
    return f"{stem}{next(_numbers)}"


def secret_hash(secret, username, client_id):
    message = (username + client_id).encode()
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256)).decode()


class Pool:
    """A user pool of one test."""

    def __init__(self, server, **settings):
        self.server = server
        self.idp = client(server.url)
        name = settings.pop("PoolName", "scene")
        self.described = self.idp.create_user_pool(PoolName=name, **settings)["UserPool"]
        self.id = self.described["Id"]
        self.name = self.id.split("_", 1)[1]
        self.issuer = f"{server.url}/{self.id}"

    def app(self, **settings):
        return App(self, **({"ExplicitAuthFlows": ALL_FLOWS} | settings))

    def user(self, username=None, password=PASSWORD, **values):
        """A CONFIRMED user with this password, made by the administrator."""
        username = username or fresh()
        made = self.invite(username, **values)
        self.set_password(made["Username"], password)
        return made["Username"]

    def invite(self, username=None, temporary="Temporary-1", **values):
        """A user in FORCE_CHANGE_PASSWORD; no message is sent."""
        return self.idp.admin_create_user(
            UserPoolId=self.id,
            Username=username or fresh(),
            TemporaryPassword=temporary,
            MessageAction="SUPPRESS",
            UserAttributes=attributes(values),
        )["User"]

    def set_password(self, username, password, permanent=True):
        return self.idp.admin_set_user_password(
            UserPoolId=self.id, Username=username, Password=password, Permanent=permanent
        )

    def get(self, username):
        return self.idp.admin_get_user(UserPoolId=self.id, Username=username)

    def attributes(self, username):
        return as_dict(self.get(username)["UserAttributes"])

    def status(self, username):
        return self.get(username)["UserStatus"]

    def update(self, username, **values):
        return self.idp.admin_update_user_attributes(
            UserPoolId=self.id, Username=username, UserAttributes=attributes(values)
        )

    def keys(self):
        """The pool's JWKS by kid."""
        reply = self.server.get(f"/{self.id}/.well-known/jwks.json")
        assert reply.status == 200, reply
        return {key["kid"]: key for key in reply.json()["keys"]}

    def claims(self, token, audience=None, leeway=0):
        """The claims of a token whose signature and issuer hold."""
        kid = jwt.get_unverified_header(token)["kid"]
        key = jwt.PyJWK(self.keys()[kid])
        return jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=self.issuer,
            leeway=leeway,
            options={"require": ["exp", "iat", "iss", "sub"], "verify_aud": audience is not None},
        )


class App:
    """An app client of a pool, and signing in through it."""

    def __init__(self, pool, **settings):
        self.pool = pool
        self.idp = pool.idp
        name = settings.pop("ClientName", "app")
        made = self.idp.create_user_pool_client(UserPoolId=pool.id, ClientName=name, **settings)
        self.described = made["UserPoolClient"]
        self.id = self.described["ClientId"]
        self.secret = self.described.get("ClientSecret")

    def hash(self, username):
        return secret_hash(self.secret, username, self.id)

    def _hashed(self, values, username):
        return values | {"SECRET_HASH": self.hash(username)} if self.secret else values

    def initiate(self, flow, **values):
        return self.idp.initiate_auth(ClientId=self.id, AuthFlow=flow, AuthParameters=values)

    def respond(self, challenge, session=None, **values):
        extra = {} if session is None else {"Session": session}
        return self.idp.respond_to_auth_challenge(
            ClientId=self.id, ChallengeName=challenge, ChallengeResponses=values, **extra
        )

    def start(self, username, password=PASSWORD):
        """USER_PASSWORD_AUTH; the whole answer."""
        values = self._hashed({"USERNAME": username, "PASSWORD": password}, username)
        return self.initiate("USER_PASSWORD_AUTH", **values)

    def tokens(self, username, password=PASSWORD):
        answer = self.start(username, password)
        assert "ChallengeName" not in answer, answer
        return answer["AuthenticationResult"]

    def admin_start(self, username, password=PASSWORD, flow="ADMIN_USER_PASSWORD_AUTH"):
        values = self._hashed({"USERNAME": username, "PASSWORD": password}, username)
        return self.idp.admin_initiate_auth(
            UserPoolId=self.pool.id, ClientId=self.id, AuthFlow=flow, AuthParameters=values
        )

    def refresh(self, token, flow="REFRESH_TOKEN_AUTH", **values):
        return self.initiate(flow, REFRESH_TOKEN=token, **values)["AuthenticationResult"]

    def srp_start(self, username, proof=None):
        """The first half of USER_SRP_AUTH: the private side and the challenge."""
        proof = proof or srp.Client()
        values = self._hashed({"USERNAME": username, "SRP_A": proof.public}, username)
        return proof, self.initiate("USER_SRP_AUTH", **values)

    def srp_answer(self, proof, challenge, password=PASSWORD, at=None):
        """The ChallengeResponses of the second half."""
        values = proof.answer(self.pool.id, challenge["ChallengeParameters"], password, at)
        return self._hashed(values, values["USERNAME"])

    def srp(self, username, password=PASSWORD):
        proof, challenge = self.srp_start(username)
        return self.respond("PASSWORD_VERIFIER", **self.srp_answer(proof, challenge, password))

    def sign_up(self, username=None, password=PASSWORD, **values):
        username = username or fresh()
        extra = {"SecretHash": self.hash(username)} if self.secret else {}
        return self.idp.sign_up(
            ClientId=self.id,
            Username=username,
            Password=password,
            UserAttributes=attributes(values),
            **extra,
        )

    def confirm(self, username, code, **extra):
        return self.idp.confirm_sign_up(
            ClientId=self.id, Username=username, ConfirmationCode=code, **extra
        )

    def forgot(self, username):
        return self.idp.forgot_password(ClientId=self.id, Username=username)

    def recover(self, username, code, password=NEW_PASSWORD):
        return self.idp.confirm_forgot_password(
            ClientId=self.id, Username=username, ConfirmationCode=code, Password=password
        )


class Inbox:
    """The development inbox, seen from one pool."""

    def __init__(self, server):
        self._server = server

    def messages(self, **query):
        reply = self._server.get("/_cenote/inbox?" + urlencode(query))
        assert reply.status == 200, reply
        return reply.json()["messages"]

    def newest(self, pool, user=None, **query):
        if user is not None:
            query["user"] = user
        found = self.messages(pool=pool.id, **query)
        assert found, f"no message for {query}"
        return found[0]

    def code(self, pool, user, **query):
        return self.newest(pool, user, **query)["code"]


class Clock:
    """The development clock."""

    def __init__(self, server):
        self._server = server

    def _post(self, text):
        headers = {"Content-Type": "application/json"}
        reply = wire.request(self._server.url, "POST", "/_cenote/clock", text, headers)
        assert reply.status == 200, reply
        return reply.json()

    def read(self):
        return self._server.get("/_cenote/clock").json()

    def advance(self, seconds):
        return self._post(json.dumps({"advance_seconds": seconds}))

    def reset(self):
        return self._post('{"reset":true}')


def wrong_code(right):
    """A code of the same form that is not the right one."""
    return f"{(int(right) + 1) % 10 ** len(right):0{len(right)}}"
