"""Tracked sessions of users, seen by the user and by an administrator."""

import pytest

from cenote.sdk import refused, without_metadata


@pytest.fixture
def tracked(pool):
    answer = pool.idp.set_user_pool_session_configuration(
        UserPoolId=pool.id, UserSessionTracking="ENABLED", TokenSession={"MaxPerUser": 2}
    )
    assert without_metadata(answer) == {
        "UserPoolId": pool.id,
        "UserSessionTracking": "ENABLED",
        "TokenSession": {"MaxPerUser": 2},
    }
    return pool


def test_a_user_sees_his_sessions_and_ends_another(tracked):
    app, other = tracked.app(), tracked.app()
    username = tracked.user()
    here, there = app.tokens(username), other.tokens(username)
    idp = tracked.idp
    listed = idp.list_user_sessions(AccessToken=here["AccessToken"])["Sessions"]
    by_client = {one["ClientId"]: one for one in listed}
    assert set(by_client) == {app.id, other.id}
    mine, theirs = by_client[app.id], by_client[other.id]
    assert (mine["IsCurrentSession"], theirs["IsCurrentSession"]) == (True, False)
    assert mine["SessionType"] == "TOKEN"
    assert mine["LastIPAddress"] == "127.0.0.1"
    assert mine["DeviceType"].endswith("Boto3")
    assert "OriginSessionId" not in mine

    with refused("InvalidParameterException"):
        idp.revoke_user_session(AccessToken=here["AccessToken"], SessionId=mine["SessionId"])
    idp.revoke_user_session(
        AccessToken=here["AccessToken"],
        SessionId=theirs["SessionId"],
        RevokeAssociatedSessions="LINKED",
    )
    with refused("NotAuthorizedException", "Access Token has been revoked"):
        idp.get_user(AccessToken=there["AccessToken"])
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        other.refresh(there["RefreshToken"])
    idp.get_user(AccessToken=here["AccessToken"])


def test_an_administrator_ends_a_session(tracked):
    app = tracked.app()
    username = tracked.user()
    tokens = app.tokens(username)
    about = {"UserPoolId": tracked.id, "Username": username}
    [session] = tracked.idp.admin_list_user_sessions(**about)["Sessions"]
    assert session["IsCurrentSession"] is False
    assert session["ClientId"] == app.id
    tracked.idp.admin_revoke_user_session(**about, SessionId=session["SessionId"])
    assert tracked.idp.admin_list_user_sessions(**about)["Sessions"] == []
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        app.refresh(tokens["RefreshToken"])
    with refused("ResourceNotFoundException"):
        tracked.idp.admin_revoke_user_session(**about, SessionId=session["SessionId"])


def test_a_third_sign_in_ends_the_least_recently_used(tracked):
    app = tracked.app()
    username = tracked.user()
    first, second = app.tokens(username), app.tokens(username)
    app.refresh(first["RefreshToken"])
    third = app.tokens(username)
    with refused("NotAuthorizedException", "Refresh Token has been revoked"):
        app.refresh(second["RefreshToken"])
    app.refresh(first["RefreshToken"])
    app.refresh(third["RefreshToken"])


def test_a_client_has_an_sso_setting(tracked):
    app = tracked.app()
    about = {"UserPoolId": tracked.id, "ClientId": app.id}
    found = tracked.idp.get_user_pool_client_session_configuration(**about)
    assert found["SSOSession"] == {"MaxValidityMinutes": 60}
    sso = {"MaxValidityMinutes": 0}
    tracked.idp.set_user_pool_client_session_configuration(**about, SSOSession=sso)
    found = tracked.idp.get_user_pool_client_session_configuration(**about)
    assert found["SSOSession"] == sso
