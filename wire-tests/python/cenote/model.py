"""The service model as botocore has it: the operations, and the least valid input of each."""

import re
from pathlib import Path

import botocore.session

SERVICE = botocore.session.get_session().get_service_model("cognito-idp")
OPERATIONS = sorted(SERVICE.operation_names)

ROOT = Path(__file__).resolve().parents[3]

PUBLIC_IN_FACT = {"GetClientToken", "GetDerivedToken"}

# Values that satisfy each pattern of the model; a pattern that is not here fails the test.
SAMPLES = (
    "us-east-1_ABCdef123", "abcdefghijklmnopqrstuvwxyz", "123456", "Correct-Horse-9",
    "arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_ABCdef123",
    "us-east-1_11111111-2222-4333-8444-555555555555", "11111111-2222-4333-8444-555555555555",
    "tkn1111111111111111111111111", "import-abcdefghij", "us-east-1",
    "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    "https://example.com/", "example", "a@example.com", "{####}{username}", "0", "terms-of-use", "Level1", "cognito:default",
)


def classes():
    """operation -> "token", "public" or "iam"."""
    found = {}
    for name in OPERATIONS:
        operation = SERVICE.operation_model(name)
        members = operation.input_shape.members
        if operation.auth_type == "none" or "smithy.api#noAuth" in (operation.auth or ()):
            takes_token = "AccessToken" in members
            found[name] = "token" if takes_token else "public"
        else:
            found[name] = "public" if name in PUBLIC_IN_FACT else "iam"
    return found


def declared_errors(name):
    return {shape.name for shape in SERVICE.operation_model(name).error_shapes}


def least_input(name):
    """The required members, each with a value that meets its constraints."""
    return _structure(SERVICE.operation_model(name).input_shape)


def least(shape):
    """A value of this shape that meets its constraints."""
    return _value(shape)


def breaking(shape, strange):
    """One of the strange texts that breaks the pattern of a string, and no other rule of it."""
    pattern = _python_pattern(shape.metadata["pattern"])
    least = int(shape.metadata.get("min", 0))
    most = int(shape.metadata.get("max", 1 << 20))
    for text in strange:
        long_enough = text * (-(-least // len(text)) or 1)
        if len(long_enough) <= most and not re.fullmatch(pattern, long_enough):
            return long_enough
    return None


def _structure(shape):
    return {name: _value(shape.members[name]) for name in shape.required_members}


def _value(shape):
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape)
    if kind == "list":
        return [_value(shape.member)]
    if kind == "map":
        return {_value(shape.key): _value(shape.value)}
    if kind in ("integer", "long"):
        return max(1, int(shape.metadata.get("min", 1)))
    if kind == "boolean":
        return False
    if kind == "string":
        return _string(shape)
    raise ValueError(f"{shape.name} is a {kind}, which no required member was so far")


def _string(shape):
    if shape.enum:
        return shape.enum[0]
    least = int(shape.metadata.get("min", 0))
    most = int(shape.metadata.get("max", 1 << 20))
    pattern = _python_pattern(shape.metadata.get("pattern", ".*"))
    for sample in SAMPLES:
        for text in (sample, sample * (-(-least // len(sample)) or 1)):
            if least <= len(text) <= most and re.fullmatch(pattern, text):
                return text
    raise ValueError(f"no sample for {shape.name}: {pattern}")


def _python_pattern(java):
    """Java's Unicode classes as Python writes them, as far as the samples care."""
    return re.sub(r"\\p\{[A-Y]\}", "!-~", java.replace(r"\p{Z}", r"\s"))
