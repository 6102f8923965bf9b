"""The AWS command line, unmodified, as a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cenote.process import clean_environment
from cenote.scene import PASSWORD


@pytest.fixture
def aws(server, tmp_path):
    """Runs `aws cognito-idp …`; gives the parsed output, or the CompletedProcess when it fails."""
    environment = clean_environment(
        AWS_ACCESS_KEY_ID="test",
        AWS_SECRET_ACCESS_KEY="test",
        AWS_DEFAULT_REGION="us-east-1",
        AWS_ENDPOINT_URL=server.url,
        AWS_CONFIG_FILE=str(tmp_path / "config"),
        AWS_SHARED_CREDENTIALS_FILE=str(tmp_path / "credentials"),
        AWS_MAX_ATTEMPTS="1",
        AWS_PAGER="",
        HOME=str(tmp_path),
    )
    program = Path(sys.executable).parent / "aws"

    def run(*arguments):
        done = subprocess.run(
            [sys.executable, str(program), "cognito-idp", *arguments, "--output", "json"],
            env=environment, capture_output=True, text=True, timeout=60, check=False,
            cwd=os.fspath(tmp_path),
        )
        if done.returncode:
            return done
        return json.loads(done.stdout) if done.stdout.strip() else {}

    return run


def test_a_user_from_pool_to_token(aws):
    pool = aws(
        "create-user-pool", "--pool-name", "cli", "--auto-verified-attributes", "email",
        "--policies", "PasswordPolicy={MinimumLength=10,RequireSymbols=false}",
    )["UserPool"]["Id"]
    client = aws(
        "create-user-pool-client", "--user-pool-id", pool, "--client-name", "app",
        "--explicit-auth-flows", "ALLOW_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH",
    )["UserPoolClient"]["ClientId"]
    signed_up = aws(
        "sign-up", "--client-id", client, "--username", "alice", "--password", PASSWORD,
        "--user-attributes", "Name=email,Value=alice@example.com",
    )
    assert signed_up["UserConfirmed"] is False
    assert signed_up["CodeDeliveryDetails"]["Destination"] == "a***@e***"
    assert aws("admin-confirm-sign-up", "--user-pool-id", pool, "--username", "alice") == {}
    answer = aws(
        "initiate-auth", "--client-id", client, "--auth-flow", "USER_PASSWORD_AUTH",
        "--auth-parameters", f"USERNAME=alice,PASSWORD={PASSWORD}",
    )
    assert answer["ChallengeParameters"] == {}
    token = answer["AuthenticationResult"]["AccessToken"]
    user = aws("get-user", "--access-token", token)
    assert user["Username"] == "alice"
    listed = aws(
        "list-users", "--user-pool-id", pool, "--filter", 'email = "alice@example.com"'
    )["Users"]
    assert [one["Username"] for one in listed] == ["alice"]
    assert aws("admin-delete-user", "--user-pool-id", pool, "--username", "alice") == {}
    assert aws("delete-user-pool", "--user-pool-id", pool) == {}


def test_an_error_is_told_by_name_and_text(aws):
    failed = aws("describe-user-pool", "--user-pool-id", "us-east-1_ABCdef123")
    assert failed.returncode == 255
    assert (
        "An error occurred (ResourceNotFoundException) when calling the DescribeUserPool "
        "operation: User pool us-east-1_ABCdef123 does not exist."
    ) in failed.stderr


def test_the_command_line_pages_by_itself(aws):
    pool = aws("create-user-pool", "--pool-name", "cli")["UserPool"]["Id"]
    for n in range(5):
        aws(
            "admin-create-user", "--user-pool-id", pool, "--username", f"user{n}",
            "--message-action", "SUPPRESS",
        )
    listed = aws("list-users", "--user-pool-id", pool, "--page-size", "2")["Users"]
    assert sorted(one["Username"] for one in listed) == [f"user{n}" for n in range(5)]
