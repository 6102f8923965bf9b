"""Each of the 141 operations against the model: its constraints, its errors, its answers."""

import json
import tomllib
from pathlib import Path

import pytest

from cenote import exactness, model

GAPS = tomllib.loads((Path(__file__).parent / "exactness.toml").read_text("utf-8"))

SECURED = model.classes()
BUILT = [name for name in model.OPERATIONS if name not in model.not_built()]


def violations(shape):
    """Values of a top-level member that break one constraint of its own, and the constraint's text."""
    kind, rules = shape.type_name, shape.metadata
    if kind == "string":
        if shape.enum:
            yield "NO_SUCH_VALUE", "enum value set: ["
        if rules.get("min", 0) > 0:
            yield "", f"length greater than or equal to {rules['min']}"
        if "max" in rules and rules["max"] <= 100_000:
            yield "a" * (rules["max"] + 1), f"length less than or equal to {rules['max']}"
    elif kind in ("integer", "long"):
        if "min" in rules:
            yield rules["min"] - 1, f"value greater than or equal to {rules['min']}"
        if "max" in rules:
            yield rules["max"] + 1, f"value less than or equal to {rules['max']}"
    elif kind == "list":
        if rules.get("min", 0) > 0:
            yield [], f"length greater than or equal to {rules['min']}"
        if "max" in rules:
            element = model.least(shape.member)
            yield [element] * (rules["max"] + 1), f"length less than or equal to {rules['max']}"
    elif kind == "map" and "max" in rules:
        # Keys that fit everywhere, as many as are too many.
        yield (
            {f"k{index}": model.least(shape.value) for index in range(rules["max"] + 1)},
            f"length less than or equal to {rules['max']}",
        )


def cases(name):
    """Each constraint of a top-level member: the member, what breaks it, and how that is told."""
    shape = model.SERVICE.operation_model(name).input_shape
    for member, of in shape.members.items():
        for value, text in violations(of):
            yield member, value, text
        if member in shape.required_members:
            yield member, None, "Member must not be null"


@pytest.mark.parametrize("name", BUILT)
def test_every_constraint_is_told_before_anything_else(server, name):
    for member, value, text in cases(name):
        body = model.least_input(name) | {member: value}
        reply = server.call(name, body)
        told = (member, value, reply)
        assert (reply.status, reply.error) == (400, "InvalidParameterException"), told
        path = member[0].lower() + member[1:]
        assert "detected: Value" in reply.message, told
        assert f"at '{path}' failed to satisfy constraint: " in reply.message, told
        assert text in reply.message, told


@pytest.mark.parametrize("name", BUILT)
def test_a_body_of_another_type_is_a_serialization_exception(server, name):
    for body in (b"[]", b'"text"', b"{", b"7"):
        reply = server.call(name, body)
        assert (reply.status, reply.error) == (400, "SerializationException"), (body, reply)


@pytest.fixture(scope="module")
def seen():
    """What all tests of the run have seen."""
    exactness.read_notes()
    return exactness.SEEN


@pytest.mark.whole
def test_every_operation_has_succeeded(seen):
    assert [name for name in BUILT if exactness.SUCCESS not in seen[name]] == []


@pytest.mark.whole
def test_every_declared_error_was_provoked_or_has_a_reason_why_not(seen):
    new = {}
    for name in BUILT:
        excused = {*GAPS["everywhere"], *GAPS["unproved"].get(name, ())}
        if SECURED[name] == "iam":
            excused |= set(GAPS["signed"])
        missing = model.declared_errors(name) - seen[name] - excused
        if missing:
            new[name] = sorted(missing)
    lines = "\n".join(f"{name} = {json.dumps(errors)}" for name, errors in new.items())
    assert not new, f"provoke these, or excuse them in exactness.toml:\n{lines}"
