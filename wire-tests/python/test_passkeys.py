"""Passkeys by boto3 and an authenticator in software: registered, listed, used once for each challenge, deleted."""

import pytest

from cenote import passkey
from cenote.scene import fresh
from cenote.sdk import refused


@pytest.fixture
def scene(make_pool):
    """A pool that takes passkeys, an app, a user and a token of his."""
    pool = make_pool(Policies=passkey.FACTORS)
    passkey.allow(pool)
    app = pool.app(ExplicitAuthFlows=passkey.FLOWS)
    name = pool.user(fresh())
    return pool, app, name, app.tokens(name)["AccessToken"]


def test_options_say_whose_passkey_is_made_for_which_party(scene):
    pool, app, name, access = scene
    started = app.idp.start_web_authn_registration(AccessToken=access)
    options = started["CredentialCreationOptions"]
    assert options["rp"]["id"] == passkey.PARTY
    assert options["user"]["name"] == name
    made = passkey.Passkey(passkey.PARTY, passkey.ORIGIN)
    credential = made.create(options)
    app.idp.complete_web_authn_registration(AccessToken=access, Credential=credential)
    with refused("WebAuthnChallengeNotFoundException"):
        app.idp.complete_web_authn_registration(AccessToken=access, Credential=credential)
    listed = app.idp.list_web_authn_credentials(AccessToken=access)["Credentials"]
    assert [one["CredentialId"] for one in listed] == [made.id]
    assert listed[0]["RelyingPartyId"] == passkey.PARTY
    assert listed[0]["AuthenticatorTransports"] == ["internal"]


def test_a_passkey_of_another_site_is_not_taken(scene):
    _, app, _, access = scene
    started = app.idp.start_web_authn_registration(AccessToken=access)
    foreign = passkey.Passkey(passkey.PARTY, "https://evil.example")
    with refused("WebAuthnOriginNotAllowedException"):
        app.idp.complete_web_authn_registration(
            AccessToken=access, Credential=foreign.create(started["CredentialCreationOptions"])
        )
    assert app.idp.list_web_authn_credentials(AccessToken=access)["Credentials"] == []


def test_an_assertion_signs_in_once_and_for_its_own_challenge(scene):
    pool, app, name, access = scene
    mine = passkey.register(app, access)
    first, options = passkey.ask(app, name)
    second, _ = passkey.ask(app, name)
    credential = mine.get(options)
    with refused("NotAuthorizedException", "Invalid passkey credential."):
        app.respond("WEB_AUTHN", second, USERNAME=name, CREDENTIAL=credential)
    answer = app.respond("WEB_AUTHN", first, USERNAME=name, CREDENTIAL=credential)
    claims = pool.claims(answer["AuthenticationResult"]["AccessToken"])
    assert claims["username"] == name
    with refused(
        "NotAuthorizedException", "Invalid session for the user, session can only be used once."
    ):
        app.respond("WEB_AUTHN", first, USERNAME=name, CREDENTIAL=credential)


def test_a_deleted_passkey_is_no_choice_any_more(scene):
    _, app, name, access = scene
    mine = passkey.register(app, access)
    session, options = passkey.ask(app, name)
    app.idp.delete_web_authn_credential(AccessToken=access, CredentialId=mine.id)
    assert app.idp.list_web_authn_credentials(AccessToken=access)["Credentials"] == []
    with refused("ResourceNotFoundException"):
        app.idp.delete_web_authn_credential(AccessToken=access, CredentialId=mine.id)
    with refused("NotAuthorizedException", "Invalid passkey credential."):
        app.respond("WEB_AUTHN", session, USERNAME=name, CREDENTIAL=mine.get(options))
    asked = app.initiate("USER_AUTH", USERNAME=name, PREFERRED_CHALLENGE="WEB_AUTHN")
    assert asked["AvailableChallenges"] == ["PASSWORD_SRP", "PASSWORD"]
