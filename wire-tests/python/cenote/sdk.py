"""boto3 clients of the server under test, and how a refusal is expected."""

import re
from contextlib import contextmanager

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from . import exactness

REGION = "us-east-1"


def client(url, region=REGION, key="test", secret="test", token=None, validate=True):
    """An unmodified boto3 client that never retries."""
    made = boto3.client(
        "cognito-idp",
        endpoint_url=url,
        region_name=region,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(
            retries={"total_max_attempts": 1},
            parameter_validation=validate,
            read_timeout=30,
            max_pool_connections=50,
        ),
    )
    return exactness.watch(made)


@contextmanager
def refused(code, message=None, status=400):
    """Expects this error. The message is the whole text, or a pattern for the whole text."""
    with pytest.raises(ClientError) as caught:
        yield caught
    answer = caught.value.response
    assert answer["Error"]["Code"] == code, answer["Error"]
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status
    text = answer["Error"]["Message"]
    if isinstance(message, re.Pattern):
        assert message.fullmatch(text), text
    elif message is not None:
        assert text == message


def attributes(values):
    """{"email": "a@b.c"} as the API's list; `custom_x` stands for `custom:x`."""
    return [
        {"Name": name.replace("custom_", "custom:", 1), "Value": value}
        for name, value in values.items()
    ]


def as_dict(listed):
    """The API's list of attributes as a dict; a name that comes twice is an error."""
    names = [item["Name"] for item in listed]
    assert len(names) == len(set(names)), names
    return {item["Name"]: item["Value"] for item in listed}


def without_metadata(answer):
    return {name: value for name, value in answer.items() if name != "ResponseMetadata"}
