"""Writes notebook parameters as the YAML that papermill's `-f` reads.

JSON is nearly YAML, but PyYAML reads `1e-05` as a string, splits characters beyond U+FFFF and refuses control
characters. So every string is quoted, everything unusual in it escaped, and every float has a point.
"""

from __future__ import annotations

_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LAST_OF_ONE_BYTE = 0xFF
_LAST_OF_TWO_BYTES = 0xFFFF


def yaml_document(parameters: dict[str, object]) -> str:
    """Return a YAML mapping with one parameter a line; the values are what JSON can hold."""
    return "".join(f"{_string(name)}: {_value(value)}\n" for name, value in parameters.items())


def _value(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, list):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"? {_string(key)} : {_value(item)}" for key, item in value.items()) + "}"
    message = f"a parameter holds a {type(value).__name__}"
    raise TypeError(message)


def _float(value: float) -> str:
    text = repr(value)
    if text in {"inf", "-inf", "nan"}:
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}[text]
    mantissa, exponent, power = text.partition("e")
    if "." not in mantissa:
        mantissa += ".0"
    if exponent and power[0] not in "+-":
        power = "+" + power
    return mantissa + exponent + power


def _string(text: str) -> str:
    return '"' + "".join(_character(character) for character in text) + '"'


def _character(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isascii() and character.isprintable():
        return character
    code = ord(character)
    if code <= _LAST_OF_ONE_BYTE:
        return f"\\x{code:02x}"
    if code <= _LAST_OF_TWO_BYTES:
        return f"\\u{code:04x}"
    return f"\\U{code:08x}"
