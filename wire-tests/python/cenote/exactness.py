"""Every reply that the tests see is held against the model, and what was seen is counted.

A success must have the members and types of the operation's output shape and no others; a refusal must be
one that the operation declares. At the end of a whole run, `test_exactness.py` asks which declared errors
no test provokes.
"""

import json
import os
from collections import defaultdict
from pathlib import Path

from . import model

# operation -> "success" and the names of the errors that were seen
SEEN = defaultdict(set)

SUCCESS = "success"

# What the protocol and the access check in front of it add to every operation.
COMMON = {
    "SerializationException", "UnknownOperationException", "MissingAuthenticationTokenException",
    "IncompleteSignatureException", "InvalidSignatureException", "UnrecognizedClientException",
    "ExpiredTokenException", "RequestEntityTooLargeException",
}

# Shown empty where there is nothing to show, although the model requires members of it.
MAY_BE_EMPTY = {"CustomDomainConfigType"}

# The same patches as in operations.toml, where they concern answers.
ENUM_ALSO = {"ExplicitAuthFlowsType": {"ALLOW_CLIENT_TOKEN_AUTH"}}
ERRORS_ALSO = {"AdminCreateUser": {"AliasExistsException"}}


def hold(operation, status, body):
    """Checks one reply and counts it."""
    if operation not in model.OPERATIONS:
        return
    if status == 200:
        shape = model.SERVICE.operation_model(operation).output_shape
        if shape is None:
            assert body == b"", (operation, body)
        else:
            check(shape, json.loads(body), operation)
        SEEN[operation].add(SUCCESS)
        return
    try:
        name = json.loads(body)["__type"]
    except (ValueError, KeyError, TypeError):
        return  # not an answer of the API: a body that is too long, a connection that is full
    if name not in COMMON:
        declared = model.declared_errors(operation) | ERRORS_ALSO.get(operation, set())
        assert name in declared, f"{operation} does not declare {name}"
        SEEN[operation].add(name)


def check(shape, value, path):
    """Asserts that a value has exactly the shape."""
    assert value is not None, f"{path} is null"
    if getattr(shape, "is_document_type", False):
        return
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), f"{path} is {value!r}"
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{path} has {sorted(unknown)}, which {shape.name} has not"
        missing = set(shape.required_members) - set(value)
        if not value and shape.name in MAY_BE_EMPTY:
            missing = set()
        assert not missing, f"{path} lacks {sorted(missing)}"
        for name, member in value.items():
            check(shape.members[name], member, f"{path}.{name}")
    elif kind == "list":
        assert isinstance(value, list), f"{path} is {value!r}"
        for index, element in enumerate(value):
            check(shape.member, element, f"{path}[{index}]")
    elif kind == "map":
        assert isinstance(value, dict), f"{path} is {value!r}"
        for key, element in value.items():
            check(shape.value, element, f"{path}.{key}")
    elif kind == "timestamp":
        is_time = isinstance(value, int | float) and not isinstance(value, bool)
        assert is_time, f"{path} is {value!r}"
    elif kind == "boolean":
        assert isinstance(value, bool), f"{path} is {value!r}"
    elif kind in ("integer", "long"):
        assert isinstance(value, int) and not isinstance(value, bool), f"{path} is {value!r}"
    elif kind in ("string", "blob"):
        assert isinstance(value, str), f"{path} is {value!r}"
        if kind == "string" and shape.enum:
            known = set(shape.enum) | ENUM_ALSO.get(shape.name, set())
            assert value in known, f"{path} is {value!r}, which {shape.name} has not"
    else:
        raise AssertionError(f"{path} is a {kind}, which no answer had so far")


def watch(client):
    """Holds every reply to a boto3 client."""
    client.meta.events.register("after-call.cognito-idp", _after_call)
    return client


def _after_call(http_response, model, **_):
    hold(model.name, http_response.status_code, http_response.content)


def notes():
    """Where the tests of the operations themselves have noted what they saw, in a whole run."""
    return os.environ.get("CENOTE_EXACTNESS")


def read_notes():
    """Counts what those tests saw as well."""
    for line in Path(notes()).read_text("utf-8").splitlines():
        operation, outcome = line.split()
        SEEN[operation].add(outcome)

