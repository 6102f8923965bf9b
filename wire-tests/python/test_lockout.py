"""Lockout after wrong passwords. The server's clock is moved, so nothing here waits."""

import pytest

from cenote.scene import NEW_PASSWORD
from cenote.sdk import refused

WRONG = "Incorrect username or password."
LOCKED = "Password attempts exceeded"


def fail(app, name, times, message=WRONG):
    for _ in range(times):
        with refused("NotAuthorizedException", message):
            app.start(name, NEW_PASSWORD)


def test_the_fifth_wrong_password_locks_even_the_right_one(pool, app, clock):
    name = pool.user()
    fail(app, name, 5)
    with refused("NotAuthorizedException", LOCKED):
        app.start(name)
    fail(app, name, 1, LOCKED)
    clock.advance(2)
    assert "AccessToken" in app.tokens(name)


def test_attempts_while_locked_do_not_count(pool, app, clock):
    name = pool.user()
    fail(app, name, 5)
    fail(app, name, 10, LOCKED)
    clock.advance(2)
    assert "AccessToken" in app.tokens(name)


def test_the_lock_doubles(pool, app, clock):
    name = pool.user()
    fail(app, name, 5)
    for seconds in (1, 2, 4, 8, 16):
        # A second to spare on the far side: the server's own time runs on meanwhile.
        clock.advance(seconds + 1)
        fail(app, name, 1)
        with refused("NotAuthorizedException", LOCKED):
            app.start(name)
    clock.advance(16)
    with refused("NotAuthorizedException", LOCKED):
        app.start(name)
    clock.advance(20)
    assert "AccessToken" in app.tokens(name)


def test_a_success_resets(pool, app, clock):
    name = pool.user()
    fail(app, name, 4)
    app.tokens(name)
    fail(app, name, 4)
    app.tokens(name)


def test_a_quarter_of_an_hour_of_silence_resets(pool, app, clock):
    name = pool.user()
    fail(app, name, 4)
    clock.advance(15 * 60 + 5)
    fail(app, name, 4)
    assert "AccessToken" in app.tokens(name)


def test_every_client_and_flow_counts_together(pool, app):
    name = pool.user()
    other = pool.app()
    fail(app, name, 2)
    fail(other, name, 1)
    with refused("NotAuthorizedException", WRONG):
        app.admin_start(name, NEW_PASSWORD)
    proof, challenge = app.srp_start(name)
    with refused("NotAuthorizedException", WRONG):
        app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge, NEW_PASSWORD))
    with refused("NotAuthorizedException", LOCKED):
        other.start(name)


def test_srp_is_locked_too(pool, app):
    name = pool.user()
    proof, challenge = app.srp_start(name)
    fail(app, name, 5)
    with pytest.raises(app.idp.exceptions.NotAuthorizedException) as caught:
        app.respond("PASSWORD_VERIFIER", **app.srp_answer(proof, challenge))
    assert caught.value.response["Error"]["Message"] == LOCKED


def test_another_user_is_not_locked(pool, app):
    name, other = pool.user(), pool.user()
    fail(app, name, 5)
    assert "AccessToken" in app.tokens(other)


def test_names_that_nobody_has_are_locked_alike(pool):
    quiet = pool.app(PreventUserExistenceErrors="ENABLED")
    fail(quiet, "nobody", 5)
    fail(quiet, "nobody", 1, LOCKED)
