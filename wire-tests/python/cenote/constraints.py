"""What breaks each constraint of an operation's input, at whatever depth, and the words in which that is told.

A constraint is tried where it first occurs on the way into an input; a shape that contains itself is left at
the third time round.
"""

import re
from dataclasses import dataclass, replace

from . import model

# Longer strings and lists are not sent.
LONGEST_STRING = 25_000
LONGEST_LIST = 1_000

# How deep structures are followed.
DEEPEST = 8

# What does not fit most patterns.
STRANGE = (" ", "\t", "!", "a b", "no")

# Where operations.toml differs from the model.
ENUM_ALSO = {"ExplicitAuthFlowsType": ["ALLOW_CLIENT_TOKEN_AUTH"]}
PATTERNS = {"PasswordType": r"^[\S]+.*[\S]+$"}


@dataclass(frozen=True)
class Breach:
    """A value, the place in it that is wrong, and what is said of that place."""

    value: object
    constraint: str
    shown: str | None = None
    path: str = ""

    def told(self, member):
        """The refusal of this value as a member of the input."""
        shown = "" if self.shown is None else f" {self.shown}"
        path = member[0].lower() + member[1:] + self.path
        return f"Value{shown} at '{path}' failed to satisfy constraint: {self.constraint}"

    def within(self, value, step):
        return replace(self, value=value, path=step + self.path)

    def hidden(self):
        return replace(self, shown=None)


def of_operation(name):
    """Each breach of an operation's input: the member and the breach."""
    shape = model.SERVICE.operation_model(name).input_shape
    seen = set()
    for member, of in shape.members.items():
        for breach in _of(of, 0):
            place = re.sub(r"\.\d+\.", ".", breach.path), breach.constraint
            if (member, *place) not in seen:
                seen.add((member, *place))
                yield member, breach
        if member in shape.required_members:
            yield member, _absent(of)


def _absent(shape):
    return Breach(None, "Member must not be null", None if _is_sensitive(shape) else "null")


def _is_sensitive(shape):
    return bool(shape.metadata.get("sensitive"))


def _of(shape, depth):
    if depth > DEEPEST or getattr(shape, "is_document_type", False):
        return
    kinds = {
        "string": _of_string, "integer": _of_number, "long": _of_number,
        "list": _of_list, "map": _of_map, "structure": _of_structure,
    }
    find = kinds.get(shape.type_name)
    for breach in find(shape, depth) if find else ():
        yield breach.hidden() if _is_sensitive(shape) else breach


def _words(shape):
    words = list(shape.enum) + ENUM_ALSO.get(shape.name, [])
    return f"Member must satisfy enum value set: [{', '.join(words)}]"


def _rules(shape):
    """All rules of a string, in the order in which they are recited."""
    if shape.enum:
        return [_words(shape)]
    rules = shape.metadata
    found = []
    if "max" in rules:
        found.append(f"Member must have length less than or equal to {rules['max']}")
    if "min" in rules:
        found.append(f"Member must have length greater than or equal to {rules['min']}")
    if "pattern" in rules:
        found.append(_pattern(shape))
    return found


def _pattern(shape):
    pattern = PATTERNS.get(shape.name, shape.metadata["pattern"])
    return f"Member must satisfy regular expression pattern: {pattern}"


def _of_string(shape, _depth):
    rules = shape.metadata
    if shape.enum:
        yield Breach("NO_SUCH_VALUE", _words(shape), "'NO_SUCH_VALUE'")
        return
    if rules.get("min", 0) > 0:
        text = f"Member must have length greater than or equal to {rules['min']}"
        yield Breach("", text, "''")
    if rules.get("max", LONGEST_STRING + 1) <= LONGEST_STRING:
        long = "a" * (rules["max"] + 1)
        text = f"Member must have length less than or equal to {rules['max']}"
        yield Breach(long, text, f"'{long}'")
    if "pattern" in rules:
        strange = model.breaking(shape, STRANGE)
        if strange is not None:
            yield Breach(strange, _pattern(shape), f"'{strange}'")


def _of_number(shape, _depth):
    rules = shape.metadata
    for rule, step, word in (("min", -1, "greater"), ("max", 1, "less")):
        if rule in rules:
            value = int(rules[rule]) + step
            if not -(1 << 31) <= value < 1 << 31:
                continue
            text = f"Member must have value {word} than or equal to {rules[rule]}"
            yield Breach(value, text, f"'{value}'")


def _of_length(shape, make, show):
    rules = shape.metadata
    if rules.get("min", 0) > 0:
        value = make(rules["min"] - 1)
        text = f"Member must have length greater than or equal to {rules['min']}"
        yield Breach(value, text, show(value))
    if rules.get("max", LONGEST_LIST + 1) <= LONGEST_LIST:
        value = make(rules["max"] + 1)
        text = f"Member must have length less than or equal to {rules['max']}"
        yield Breach(value, text, show(value))


def _is_word(shape):
    return shape.type_name == "string"


def _of_list(shape, depth):
    of = shape.member
    is_shown = _is_word(of) and not _is_sensitive(of)

    def show(value):
        return f"'[{', '.join(value)}]'" if is_shown else None

    yield from _of_length(shape, lambda count: [model.least(of)] * count, show)
    if _is_word(of):
        for breach in _of(of, depth + 1):
            value = [breach.value]
            text = f"Member must satisfy constraint: [{', '.join(_rules(of))}]"
            yield Breach(value, text, show(value))
        return
    good = model.least(of)
    for breach in _of(of, depth + 1):
        yield breach.within([good, breach.value], ".2.member")


def _of_map(shape, depth):
    key, of = shape.key, shape.value
    is_shown = _is_word(of) and not _is_sensitive(of)

    def show(value):
        entries = (f"{name}={value[name]}" for name in sorted(value))
        return f"'{{{', '.join(entries)}}}'" if is_shown else None

    def make(count):
        # Keys that fit almost everywhere; where they do not, that is told too.
        return {f"k{index}": model.least(of) for index in range(count)}

    yield from _of_length(shape, make, show)
    for breach in _of(key, depth + 1):
        value = {breach.value: model.least(of)}
        text = f"Map keys must satisfy constraint: [{', '.join(_rules(key))}]"
        yield Breach(value, text, show(value))
    name = model.least(key)
    for breach in _of(of, depth + 1):
        value = {name: breach.value}
        if _is_word(of):
            text = f"Map value must satisfy constraint: [{', '.join(_rules(of))}]"
            yield Breach(value, text, show(value))
        else:
            yield breach.within(value, f".{name}")


def _of_structure(shape, depth):
    good = model.least(shape)
    for member, of in shape.members.items():
        step = "." + member[0].lower() + member[1:]
        for breach in _of(of, depth + 1):
            yield breach.within(good | {member: breach.value}, step)
        if member in shape.required_members:
            rest = {name: value for name, value in good.items() if name != member}
            yield _absent(of).within(rest, step)
