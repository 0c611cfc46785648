"""Domain values to JSON text and back, by their types. Lone surrogates (bytes that are not UTF-8) survive both ways."""

import json
from typing import Any, TypeVar

import msgspec

Value = TypeVar("Value")


def to_json(value: Any) -> str:
    """Compact JSON of a domain value."""
    return json.dumps(msgspec.to_builtins(value), separators=(",", ":"))


def from_json(text: str, kind: type[Value]) -> Value:
    """The domain value; fields added since it was written take their defaults."""
    return msgspec.convert(json.loads(text), kind)
