"""Each of the 141 operations against the model: its constraints, its errors, its answers."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from cenote import constraints, exactness, model

GAPS = tomllib.loads((Path(__file__).parent / "exactness.toml").read_text("utf-8"))

SECURED = model.classes()

DETECTED = re.compile(r"(1 validation error|[1-9]\d* validation errors) detected: Value")


@pytest.mark.parametrize("name", model.OPERATIONS)
def test_every_constraint_is_told_before_anything_else(server, name):
    for member, breach in constraints.of_operation(name):
        body = model.least_input(name) | {member: breach.value}
        reply = server.call(name, body)
        told = (member, breach, reply)
        assert (reply.status, reply.error) == (400, "InvalidParameterException"), told
        assert DETECTED.match(reply.message), told
        assert breach.told(member) in reply.message, told


@pytest.mark.parametrize("name", model.OPERATIONS)
def test_a_body_of_another_type_is_a_serialization_exception(server, name):
    for body in (b"[]", b'"text"', b"{", b"7"):
        reply = server.call(name, body)
        assert (reply.status, reply.error) == (400, "SerializationException"), (body, reply)


OF_POOL = [
    name for name in model.OPERATIONS
    if SECURED[name] == "iam" and "UserPoolId" in model.least_input(name)
]

OF_USER = [
    name for name in OF_POOL
    if name.startswith("Admin") and "Username" in model.least_input(name)
    and name != "AdminCreateUser"
]


@pytest.mark.parametrize("name", OF_POOL)
def test_a_pool_that_is_not_there_is_named(server, name):
    reply = server.call(name, model.least_input(name))
    assert (reply.status, reply.error) == (400, "ResourceNotFoundException")
    assert reply.message == "User pool us-east-1_ABCdef123 does not exist."


@pytest.mark.parametrize("name", OF_USER)
def test_a_user_who_is_not_there_is_not_found(server, make_pool, name):
    pool = make_pool(
        DeviceConfiguration={"DeviceOnlyRememberedOnUserPrompt": False},
        UserPoolAddOns={"AdvancedSecurityMode": "AUDIT"},
        UserPoolTier="PLUS",
    )
    body = model.least_input(name) | {"UserPoolId": pool.id, "Username": "nobody"}
    if "GroupName" in body:
        pool.idp.create_group(UserPoolId=pool.id, GroupName=body["GroupName"])
    declared = "UserNotFoundException" in model.declared_errors(name)
    reply = server.call(name, body)
    assert (reply.error, reply.message) == (
        "UserNotFoundException" if declared else "ResourceNotFoundException",
        "User does not exist.",
    )


BY_TOKEN = [name for name in model.OPERATIONS if SECURED[name] == "token"]


def with_token(name, app, username):
    """The least input of an operation with a token of a user."""
    access = app.tokens(username)["AccessToken"]
    return model.least_input(name) | {"AccessToken": access}


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_token_of_a_user_who_must_reset_the_password_says_so(server, pool, app, name):
    username = pool.user(email="ada@example.com", email_verified="true")
    body = with_token(name, app, username)
    pool.idp.admin_reset_user_password(UserPoolId=pool.id, Username=username)
    declared = "PasswordResetRequiredException" in model.declared_errors(name)
    expected = "PasswordResetRequiredException" if declared else "NotAuthorizedException"
    reply = server.call(name, body)
    assert (reply.status, reply.error) == (400, expected)
    assert reply.message == "Password reset required for the user"


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_token_of_a_user_who_is_gone_is_worth_nothing(server, pool, app, name):
    username = pool.user()
    body = with_token(name, app, username)
    pool.idp.admin_delete_user(UserPoolId=pool.id, Username=username)
    declared = "UserNotFoundException" in model.declared_errors(name)
    reply = server.call(name, body)
    assert (reply.error, reply.message) == (
        ("UserNotFoundException", "User does not exist.") if declared
        else ("NotAuthorizedException", "Access Token has been revoked")
    )


@pytest.mark.parametrize("name", BY_TOKEN)
def test_a_token_of_a_client_that_is_gone_is_revoked(server, pool, app, name):
    body = with_token(name, app, pool.user())
    pool.idp.delete_user_pool_client(UserPoolId=pool.id, ClientId=app.id)
    reply = server.call(name, body)
    assert (reply.error, reply.message) == (
        "NotAuthorizedException", "Access Token has been revoked",
    )


@pytest.fixture(scope="module")
def seen():
    """What all tests of the run have seen."""
    exactness.read_notes()
    return exactness.SEEN


@pytest.mark.whole
def test_every_operation_has_succeeded(seen):
    assert [name for name in model.OPERATIONS if exactness.SUCCESS not in seen[name]] == []


@pytest.mark.whole
def test_every_declared_error_was_provoked_or_has_a_reason_why_not(seen):
    new = {}
    for name in model.OPERATIONS:
        excused = {*GAPS["everywhere"], *GAPS["unproved"].get(name, ())}
        excused |= set(GAPS[SECURED[name]])
        excused -= {error for error, names in GAPS["proved"].items() if name in names}
        missing = model.declared_errors(name) - seen[name] - excused
        if missing:
            new[name] = sorted(missing)
    lines = "\n".join(f"{name} = {json.dumps(errors)}" for name, errors in new.items())
    assert not new, f"provoke these, or excuse them in exactness.toml:\n{lines}"


@pytest.mark.whole
def test_no_reason_is_given_for_an_error_that_was_provoked(seen):
    stale = {
        name: sorted(seen[name] & set(reasons))
        for name, reasons in GAPS["unproved"].items()
        if seen[name] & set(reasons)
    }
    assert stale == {}
