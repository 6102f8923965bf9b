"""Threat protection: risk configurations, authentication events, notices, and log delivery."""

import hashlib
import json
import re
import time

from cenote.scene import NEW_PASSWORD, PASSWORD, Pool
from cenote.sdk import refused, without_metadata

DEADLINE_S = 20
SOURCE = "arn:aws:ses:us-east-1:000000000000:identity/security@example.com"


def protected(mode, **settings):
    return {"UserPoolTier": "PLUS", "UserPoolAddOns": {"AdvancedSecurityMode": mode}} | settings


def events(pool, username):
    """Every event of a user, newest first, by boto3's paginator."""
    pages = pool.idp.get_paginator("admin_list_user_auth_events").paginate(
        UserPoolId=pool.id, Username=username, PaginationConfig={"PageSize": 1}
    )
    return [event for page in pages for event in page["AuthEvents"]]


def test_a_risk_configuration_comes_back_as_it_was_set(make_pool):
    pool = make_pool(**protected("ENFORCED"))
    action = {"Notify": True, "EventAction": "MFA_IF_CONFIGURED"}
    given = {
        "CompromisedCredentialsRiskConfiguration": {
            "EventFilter": ["SIGN_IN"], "Actions": {"EventAction": "BLOCK"},
        },
        "AccountTakeoverRiskConfiguration": {
            "NotifyConfiguration": {
                "SourceArn": SOURCE,
                "BlockEmail": {"Subject": "No", "HtmlBody": "<p>No</p>", "TextBody": "No, no"},
            },
            "Actions": {"LowAction": action, "HighAction": {"Notify": False, "EventAction": "BLOCK"}},
        },
        "RiskExceptionConfiguration": {"SkippedIPRangeList": ["192.0.2.0/24"]},
    }
    pool.idp.set_risk_configuration(UserPoolId=pool.id, **given)
    seen = pool.idp.describe_risk_configuration(UserPoolId=pool.id)["RiskConfiguration"]
    assert seen.pop("LastModifiedDate").timestamp() > 0
    assert seen == {"UserPoolId": pool.id} | given
    pool.idp.set_risk_configuration(UserPoolId=pool.id)
    seen = pool.idp.describe_risk_configuration(UserPoolId=pool.id)["RiskConfiguration"]
    assert seen == {"UserPoolId": pool.id}
    with refused("InvalidParameterException", "Incorrect CIDR format"):
        pool.idp.set_risk_configuration(
            UserPoolId=pool.id, RiskExceptionConfiguration={"BlockedIPRangeList": ["192.0.2.1"]}
        )


def test_events_need_threat_protection(pool):
    username = pool.user()
    with refused("UserPoolAddOnNotEnabledException"):
        pool.idp.admin_list_user_auth_events(UserPoolId=pool.id, Username=username)


def test_sign_ins_leave_events_that_can_be_commented_on(make_pool):
    pool = make_pool(**protected("AUDIT"))
    app, username = pool.app(), pool.user()
    app.srp(username)
    with refused("NotAuthorizedException"):
        app.start(username, NEW_PASSWORD)
    failed, passed = events(pool, username)
    assert [one["EventResponse"] for one in (failed, passed)] == ["Fail", "Pass"]
    assert passed["ChallengeResponses"] == [
        {"ChallengeName": "Password", "ChallengeResponse": "Success"}
    ]
    assert passed["EventContextData"]["IpAddress"] == "127.0.0.1"
    assert "Boto" in passed["EventContextData"]["DeviceName"]
    pool.idp.admin_update_auth_event_feedback(
        UserPoolId=pool.id, Username=username, EventId=failed["EventId"], FeedbackValue="Invalid"
    )
    feedback = events(pool, username)[0]["EventFeedback"]
    assert (feedback["FeedbackValue"], feedback["Provider"]) == ("Invalid", "Admin")


def test_a_blocked_address_signs_nobody_in(make_pool):
    pool = make_pool(**protected("ENFORCED"))
    app, username = pool.app(), pool.user()
    token = app.tokens(username)["RefreshToken"]
    pool.idp.set_risk_configuration(
        UserPoolId=pool.id, RiskExceptionConfiguration={"BlockedIPRangeList": ["127.0.0.0/8"]}
    )
    for sign_in in (app.start, app.srp):
        with refused("NotAuthorizedException", "Unable to login because of security reasons."):
            sign_in(username)
    assert "AccessToken" in app.refresh(token)


def test_the_links_of_a_notice_take_the_user_s_word(make_pool, server, inbox):
    pool = make_pool(**protected("ENFORCED"))
    app = pool.app()
    username = pool.user(email="ann@example.com", email_verified="true")
    look = {"Notify": True, "EventAction": "NO_ACTION"}
    pool.idp.set_risk_configuration(
        UserPoolId=pool.id,
        AccountTakeoverRiskConfiguration={
            "NotifyConfiguration": {
                "SourceArn": SOURCE,
                "NoActionEmail": {"Subject": "Seen", "TextBody": "{one-click-link-invalid}"},
            },
            "Actions": {"LowAction": look, "MediumAction": look, "HighAction": look},
        },
    )

    def from_address(address):
        pool.idp.admin_initiate_auth(
            UserPoolId=pool.id, ClientId=app.id, AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": username, "PASSWORD": PASSWORD},
            ContextData={
                "IpAddress": address, "ServerName": "app.example", "ServerPath": "/",
                "HttpHeaders": [{"headerName": "User-Agent", "headerValue": "Phone"}],
            },
        )

    from_address("192.0.2.1")
    assert inbox.messages(pool=pool.id) == []
    from_address("198.51.100.1")
    (notice,) = inbox.messages(pool=pool.id)
    assert (notice["purpose"], notice["subject"]) == ("threat_notice", "Seen")
    path = "/" + notice["body"].split("/", 3)[3]
    page = server.get(path)
    assert page.status == 200 and b"Thank you" in page.body
    newest = events(pool, username)[0]
    assert newest["EventRisk"]["RiskLevel"] == "Low"
    assert newest["EventFeedback"]["FeedbackValue"] == "Invalid"
    forged = server.get(re.sub(r"event_id=[^&]+", "event_id=other", path))
    assert forged.status == 400 and b"Invalid feedback token." in forged.body
    # The place is not trusted any more.
    from_address("198.51.100.1")
    assert events(pool, username)[0]["EventRisk"]["RiskLevel"] == "High"


def test_passwords_on_the_list_are_refused(start, new_store):
    place = new_store()
    sha1 = hashlib.sha1(PASSWORD.encode()).hexdigest().upper()
    (place.folder / "list").mkdir()
    (place.folder / "list" / f"{sha1[:5]}.txt").write_text(f"{sha1[5:]}:12\r\n")
    server = start(
        ["dev", "--listen", "127.0.0.1:0", *place.arguments()],
        cwd=place.folder,
        environment={"CENOTE_COMPROMISED_PASSWORDS": str(place.folder / "list")},
    )
    pool = Pool(server, **protected("ENFORCED"))
    app, username = pool.app(), pool.user()
    pool.idp.set_risk_configuration(
        UserPoolId=pool.id,
        CompromisedCredentialsRiskConfiguration={"Actions": {"EventAction": "BLOCK"}},
    )
    text = "Provided password cannot be used for security reasons."
    with refused("InvalidPasswordException", text):
        app.sign_up("bob")
    app.sign_up("bob", NEW_PASSWORD)
    app.srp(username)
    with refused("PasswordResetRequiredException"):
        app.start(username)
    assert pool.status(username) == "RESET_REQUIRED"
    assert events(pool, username)[0]["EventRisk"]["CompromisedCredentialsDetected"] is True


def test_log_delivery_comes_back_as_it_was_set(make_pool):
    pool = make_pool(**protected("AUDIT"))
    group = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/vendedlogs/cognito"
    given = [
        {
            "LogLevel": "ERROR", "EventSource": "userNotification",
            "CloudWatchLogsConfiguration": {"LogGroupArn": group},
        },
        {
            "LogLevel": "INFO", "EventSource": "userAuthEvents",
            "S3Configuration": {"BucketArn": "arn:aws:s3:::events"},
        },
    ]
    for wanted in (given, given[:1], []):
        pool.idp.set_log_delivery_configuration(UserPoolId=pool.id, LogConfigurations=wanted)
        seen = without_metadata(pool.idp.get_log_delivery_configuration(UserPoolId=pool.id))
        assert seen == {
            "LogDeliveryConfiguration": {"UserPoolId": pool.id, "LogConfigurations": wanted}
        }


def test_what_users_did_becomes_lines_of_a_file(start, new_store):
    place = new_store()
    lines = place.folder / "events.jsonl"
    config = place.folder / "cenote.toml"
    config.write_text(f'[[log_destinations]]\narn = "arn:aws:s3:::events"\nfile = "{lines}"\n')
    server = start(
        ["dev", "--listen", "127.0.0.1:0", *place.arguments(), "--config", str(config)],
        cwd=place.folder,
    )
    pool = Pool(server, **protected("AUDIT"))
    app, username = pool.app(), pool.user()
    pool.idp.set_log_delivery_configuration(
        UserPoolId=pool.id,
        LogConfigurations=[{
            "LogLevel": "INFO", "EventSource": "userAuthEvents",
            "S3Configuration": {"BucketArn": "arn:aws:s3:::events"},
        }],
    )
    app.srp(username)
    deadline = time.monotonic() + DEADLINE_S
    while not (lines.exists() and lines.read_text().endswith("\n")):
        assert time.monotonic() < deadline, "no record was written"
        time.sleep(0.1)
    (record,) = map(json.loads, lines.read_text().splitlines())
    assert record["logSourceId"] == {"userPoolId": pool.id}
    message = record["message"]
    assert (message["eventType"], message["eventResponse"]) == ("SIGN_IN", "Pass")
    assert (message["userName"], message["clientId"]) == (username, app.id)
    assert lines.stat().st_mode & 0o777 == 0o600
