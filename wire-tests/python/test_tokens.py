"""Claims, keys, refresh, rotation and revocation."""

import base64
import json
import uuid

import jwt
import pytest

from cenote.sdk import refused, without_metadata

SCOPE = "aws.cognito.signin.user.admin"


def revoke(app, token, **extra):
    return app.idp.revoke_token(Token=token, ClientId=app.id, **extra)


class TestClaims:
    @pytest.fixture
    def scene(self, make_pool):
        pool = make_pool(
            AutoVerifiedAttributes=["email"],
            Schema=[{"Name": "age", "AttributeDataType": "Number", "Mutable": True}],
        )
        app = pool.app()
        name = pool.user(
            email="a@example.com", email_verified="true", phone_number="+15550100",
            custom_age="12", given_name="Alice",
        )
        return pool, app, name, app.tokens(name)

    def test_the_access_token(self, scene):
        pool, app, name, tokens = scene
        claims = pool.claims(tokens["AccessToken"])
        assert set(claims) == {
            "sub", "iss", "client_id", "origin_jti", "event_id", "token_use", "scope",
            "auth_time", "exp", "iat", "jti", "acr", "amr", "username",
        }
        assert claims["sub"] == pool.attributes(name)["sub"]
        assert claims["iss"] == pool.issuer
        assert claims["client_id"] == app.id
        assert claims["token_use"] == "access"
        assert claims["scope"] == SCOPE
        assert claims["username"] == name
        assert claims["exp"] - claims["iat"] == 3600
        assert claims["auth_time"] <= claims["iat"]
        for member in ("origin_jti", "jti", "event_id"):
            assert str(uuid.UUID(claims[member])) == claims[member]

    def test_the_id_token(self, scene):
        pool, app, name, tokens = scene
        claims = pool.claims(tokens["IdToken"], app.id)
        assert set(claims) == {
            "sub", "iss", "aud", "cognito:username", "origin_jti", "event_id", "token_use",
            "auth_time", "exp", "iat", "jti", "acr", "amr", "email", "email_verified", "phone_number",
            "phone_number_verified", "custom:age", "given_name",
        } or set(claims) == {
            "sub", "iss", "aud", "cognito:username", "origin_jti", "event_id", "token_use",
            "auth_time", "exp", "iat", "jti", "acr", "amr", "email", "email_verified", "phone_number",
            "custom:age", "given_name",
        }
        assert claims["aud"] == app.id
        assert claims["cognito:username"] == name
        assert claims["token_use"] == "id"
        assert claims["email"] == "a@example.com"
        assert claims["email_verified"] is True
        assert claims.get("phone_number_verified", False) is False
        assert claims["custom:age"] == "12"

    def test_the_two_agree_where_they_must(self, scene):
        pool, app, _, tokens = scene
        access = pool.claims(tokens["AccessToken"])
        identity = pool.claims(tokens["IdToken"], app.id)
        for same in ("sub", "origin_jti", "event_id", "auth_time", "iat"):
            assert access[same] == identity[same]
        assert access["jti"] != identity["jti"]

    def test_the_two_are_signed_by_different_keys(self, scene):
        pool, _, _, tokens = scene
        heads = [
            jwt.get_unverified_header(tokens[kind]) for kind in ("AccessToken", "IdToken")
        ]
        for head in heads:
            assert set(head) == {"kid", "alg"}
            assert head["alg"] == "RS256"
        assert {head["kid"] for head in heads} == set(pool.keys())

    def test_every_sign_in_has_the_same_sub_and_its_own_origin(self, scene):
        pool, app, name, tokens = scene
        other = pool.claims(app.tokens(name)["AccessToken"])
        first = pool.claims(tokens["AccessToken"])
        assert other["sub"] == first["sub"]
        assert other["origin_jti"] != first["origin_jti"]
        assert other["event_id"] != first["event_id"]

    def test_the_refresh_token_is_opaque_in_five_parts(self, scene):
        token = scene[3]["RefreshToken"]
        assert len(token.split(".")) == 5
        assert token.startswith("eyJjdHki")
        head = token.split(".")[0]
        assert json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4))) == {
            "cty": "JWT", "enc": "A256GCM", "alg": "RSA-OAEP",
        }

    def test_without_revocation_there_is_no_origin(self, pool):
        app = pool.app(EnableTokenRevocation=False)
        tokens = app.tokens(pool.user())
        for claims in (
            pool.claims(tokens["AccessToken"]), pool.claims(tokens["IdToken"], app.id),
        ):
            assert "origin_jti" not in claims


class TestRefresh:
    @pytest.mark.parametrize("flow", ["REFRESH_TOKEN_AUTH", "REFRESH_TOKEN"])
    def test_new_tokens_without_a_new_refresh_token(self, pool, app, flow):
        tokens = app.tokens(pool.user())
        fresh = app.refresh(tokens["RefreshToken"], flow)
        assert set(fresh) == {"AccessToken", "ExpiresIn", "IdToken", "TokenType"}
        old, new = (pool.claims(one["AccessToken"]) for one in (tokens, fresh))
        for same in ("sub", "origin_jti", "auth_time", "client_id", "username", "scope"):
            assert old[same] == new[same], same
        assert old["jti"] != new["jti"]
        identity = pool.claims(fresh["IdToken"], app.id)
        assert identity["auth_time"] == old["auth_time"]
        assert identity["origin_jti"] == old["origin_jti"]

    def test_time_moves_on_and_auth_time_stays(self, pool, app, clock):
        tokens = app.tokens(pool.user())
        clock.advance(1800)
        fresh = app.refresh(tokens["RefreshToken"])
        old = pool.claims(tokens["AccessToken"])
        new = jwt.decode(fresh["AccessToken"], options={"verify_signature": False})
        assert new["iat"] - old["iat"] >= 1800
        assert new["auth_time"] == old["auth_time"]

    def test_present_attributes_are_shown(self, pool, app):
        name = pool.user(nickname="Al")
        tokens = app.tokens(name)
        pool.update(name, nickname="Bo")
        fresh = app.refresh(tokens["RefreshToken"])
        assert pool.claims(fresh["IdToken"], app.id)["nickname"] == "Bo"

    def test_a_refresh_token_expires(self, pool, clock):
        app = pool.app(
            RefreshTokenValidity=2, TokenValidityUnits={"RefreshToken": "hours"}
        )
        token = app.tokens(pool.user())["RefreshToken"]
        clock.advance(2 * 3600 - 60)
        assert "AccessToken" in app.refresh(token)
        clock.advance(120)
        with refused("NotAuthorizedException", "Refresh Token has expired"):
            app.refresh(token)

    def test_thirty_days_by_default(self, pool, app, clock):
        token = app.tokens(pool.user())["RefreshToken"]
        clock.advance(30 * 86400 - 60)
        assert "AccessToken" in app.refresh(token)
        clock.advance(120)
        with refused("NotAuthorizedException", "Refresh Token has expired"):
            app.refresh(token)

    @pytest.mark.parametrize("token", ["garbage", "a.b.c.d.e", "eyJjdHki.x.y.z.w"])
    def test_what_is_no_refresh_token(self, app, token):
        with refused("NotAuthorizedException", "Invalid Refresh Token."):
            app.refresh(token)

    def test_a_changed_refresh_token(self, pool, app):
        token = app.tokens(pool.user())["RefreshToken"]
        parts = token.split(".")
        middle = len(parts[3]) // 2
        other = "A" if parts[3][middle] != "A" else "B"
        parts[3] = parts[3][:middle] + other + parts[3][middle + 1:]
        with refused("NotAuthorizedException", "Invalid Refresh Token."):
            app.refresh(".".join(parts))

    def test_an_access_token_is_no_refresh_token(self, pool, app):
        tokens = app.tokens(pool.user())
        with refused("NotAuthorizedException", "Invalid Refresh Token."):
            app.refresh(tokens["AccessToken"])

    def test_another_client(self, pool, app):
        token = app.tokens(pool.user())["RefreshToken"]
        with refused("NotAuthorizedException", "Invalid Refresh Token."):
            pool.app().refresh(token)

    def test_a_missing_token_is_named(self, app):
        with refused("InvalidParameterException", "Missing required parameter REFRESH_TOKEN"):
            app.initiate("REFRESH_TOKEN_AUTH", USERNAME="alice")


class TestGetTokens:
    def get(self, app, token, **extra):
        return app.idp.get_tokens_from_refresh_token(
            RefreshToken=token, ClientId=app.id, **extra
        )["AuthenticationResult"]

    def rotating(self, pool, grace=0, **settings):
        return pool.app(
            ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
            RefreshTokenRotation={"Feature": "ENABLED", "RetryGracePeriodSeconds": grace},
            **settings,
        )

    def test_without_rotation(self, pool, app):
        tokens = app.tokens(pool.user())
        fresh = self.get(app, tokens["RefreshToken"])
        assert set(fresh) == {"AccessToken", "ExpiresIn", "IdToken", "TokenType"}
        old, new = (pool.claims(one["AccessToken"]) for one in (tokens, fresh))
        assert old["origin_jti"] == new["origin_jti"]

    def test_it_takes_the_secret_and_no_hash(self, pool):
        app = pool.app(GenerateSecret=True)
        token = app.tokens(pool.user())["RefreshToken"]
        assert "AccessToken" in self.get(app, token, ClientSecret=app.secret)
        for extra in ({}, {"ClientSecret": "wrongwrongwrongwrongwrong"}):
            with refused("NotAuthorizedException"):
                self.get(app, token, **extra)

    def test_rotation_gives_a_new_one_and_ends_the_old_one(self, pool):
        app = self.rotating(pool)
        tokens = app.tokens(pool.user())
        fresh = self.get(app, tokens["RefreshToken"])
        assert fresh["RefreshToken"] != tokens["RefreshToken"]
        origin = pool.claims(tokens["AccessToken"])["origin_jti"]
        assert pool.claims(fresh["AccessToken"])["origin_jti"] == origin
        with refused("RefreshTokenReuseException"):
            self.get(app, tokens["RefreshToken"])

    def test_a_chain_of_rotations(self, pool):
        app = self.rotating(pool)
        token = app.tokens(pool.user())["RefreshToken"]
        seen = {token}
        for _ in range(5):
            token = self.get(app, token)["RefreshToken"]
            assert token not in seen
            seen.add(token)

    def test_the_old_one_works_within_the_grace(self, pool, clock):
        app = self.rotating(pool, grace=30)
        old = app.tokens(pool.user())["RefreshToken"]
        self.get(app, old)
        clock.advance(20)
        assert "AccessToken" in self.get(app, old)
        clock.advance(15)
        with refused("RefreshTokenReuseException"):
            self.get(app, old)

    def test_the_new_one_inherits_the_remaining_time(self, pool, clock):
        app = self.rotating(
            pool, RefreshTokenValidity=2, TokenValidityUnits={"RefreshToken": "hours"}
        )
        token = app.tokens(pool.user())["RefreshToken"]
        clock.advance(5400)
        token = self.get(app, token)["RefreshToken"]
        clock.advance(2000)
        with refused("NotAuthorizedException", "Refresh Token has expired"):
            self.get(app, token)

    def test_revocation_ends_a_rotated_family(self, pool):
        app = self.rotating(pool)
        tokens = app.tokens(pool.user())
        fresh = self.get(app, tokens["RefreshToken"])
        revoke(app, fresh["RefreshToken"])
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            self.get(app, fresh["RefreshToken"])
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])


class TestRevoke:
    def test_one_family_only(self, pool, app):
        name = pool.user()
        mine, other = app.tokens(name), app.tokens(name)
        later = app.refresh(mine["RefreshToken"])
        for _ in range(2):
            assert without_metadata(revoke(app, mine["RefreshToken"])) == {}
        for token in (mine["AccessToken"], later["AccessToken"]):
            with refused("NotAuthorizedException", "Access Token has been revoked"):
                pool.idp.get_user(AccessToken=token)
            assert pool.claims(token)["username"] == name
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            app.refresh(mine["RefreshToken"])
        assert pool.idp.get_user(AccessToken=other["AccessToken"])["Username"] == name
        assert "AccessToken" in app.refresh(other["RefreshToken"])

    def test_other_tokens_are_of_the_wrong_type(self, pool, app):
        tokens = app.tokens(pool.user())
        for kind in ("AccessToken", "IdToken"):
            with refused("UnsupportedTokenTypeException"):
                revoke(app, tokens[kind])

    def test_it_may_be_off(self, pool):
        app = pool.app(EnableTokenRevocation=False)
        token = app.tokens(pool.user())["RefreshToken"]
        with refused("UnsupportedOperationException"):
            revoke(app, token)

    def test_another_client_cannot(self, pool, app):
        tokens = app.tokens(pool.user())
        with pytest.raises(app.idp.exceptions.ClientError) as caught:
            revoke(pool.app(), tokens["RefreshToken"])
        assert caught.value.response["Error"]["Code"] in (
            "UnauthorizedException", "NotAuthorizedException",
        )
        assert "Username" in pool.idp.get_user(AccessToken=tokens["AccessToken"])

    def test_a_secret_client_shows_its_secret(self, pool):
        app = pool.app(GenerateSecret=True)
        token = app.tokens(pool.user())["RefreshToken"]
        for extra in ({}, {"ClientSecret": "wrongwrongwrongwrongwrong"}):
            with pytest.raises(app.idp.exceptions.ClientError) as caught:
                revoke(app, token, **extra)
            assert caught.value.response["Error"]["Code"] in (
                "UnauthorizedException", "NotAuthorizedException",
            )
        assert without_metadata(revoke(app, token, ClientSecret=app.secret)) == {}


class TestGlobalSignOut:
    def test_every_session_ends_and_the_signature_stays(self, pool, app):
        name = pool.user()
        one, two = app.tokens(name), app.tokens(name)
        answer = pool.idp.global_sign_out(AccessToken=one["AccessToken"])
        assert without_metadata(answer) == {}
        for tokens in (one, two):
            with refused("NotAuthorizedException", "Access Token has been revoked"):
                pool.idp.get_user(AccessToken=tokens["AccessToken"])
            with refused("NotAuthorizedException", "Refresh Token has been revoked"):
                app.refresh(tokens["RefreshToken"])
            assert pool.claims(tokens["AccessToken"])["username"] == name
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            pool.idp.global_sign_out(AccessToken=one["AccessToken"])

    def test_a_sign_in_right_afterwards_works(self, pool, app):
        name = pool.user()
        for _ in range(3):
            tokens = app.tokens(name)
            assert pool.idp.get_user(AccessToken=tokens["AccessToken"])["Username"] == name
            pool.idp.global_sign_out(AccessToken=tokens["AccessToken"])

    def test_the_administrator_signs_a_user_out(self, pool, app):
        name = pool.user()
        tokens = app.tokens(name)
        answer = pool.idp.admin_user_global_sign_out(UserPoolId=pool.id, Username=name)
        assert without_metadata(answer) == {}
        with refused("NotAuthorizedException", "Access Token has been revoked"):
            pool.idp.get_user(AccessToken=tokens["AccessToken"])
        with refused("NotAuthorizedException", "Refresh Token has been revoked"):
            app.refresh(tokens["RefreshToken"])
        assert "AccessToken" in app.tokens(name)

    def test_other_users_stay(self, pool, app):
        name, other = pool.user(), pool.user()
        kept = app.tokens(other)
        pool.idp.admin_user_global_sign_out(UserPoolId=pool.id, Username=name)
        assert pool.idp.get_user(AccessToken=kept["AccessToken"])["Username"] == other


def test_pools_share_no_key(make_pool):
    one, two = make_pool(), make_pool()
    assert set(one.keys()).isdisjoint(two.keys())
