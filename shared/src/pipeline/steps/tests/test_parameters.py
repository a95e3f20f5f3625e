from __future__ import annotations

import random
from typing import Any

import pytest
import yaml

from slipway_steps.parameters import yaml_document


def read(parameters: dict[str, Any]) -> object:
    return yaml.safe_load(yaml_document(parameters))


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        0,
        -7,
        10**30,
        0.1,
        1e-05,
        1e22,
        -2.5e-300,
        "",
        "yes",
        "1e-05",
        "2024-01-01",
        "a: b # c",
        "two\nlines\r\n\ttab",
        "quote \" backslash \\ apostrophe '",
        "\x00\x07\x1b\x7f\x80\x85\xa0\u2028\ufeff\uffff\U0001f600",
        [],
        {},
        [1, [2, {"k": [None]}]],
        {"null": None, "a: b": 1, "\u2029": ""},
        {"k" * 2000: 1},
    ],
)
def test_comes_back_as_it_was(value: object) -> None:
    assert read({"p": value}) == {"p": value}


def test_anything_comes_back_as_it_was() -> None:
    source = random.Random(7)
    for _ in range(300):
        parameters = {text(source): anything(source, 3) for _ in range(4)}
        assert read(parameters) == parameters


def test_no_parameters_are_an_empty_document() -> None:
    assert yaml_document({}) == ""


def anything(source: random.Random, depth: int) -> object:
    kind = source.randrange(8 if depth else 6)
    if kind == 6:
        return [anything(source, depth - 1) for _ in range(source.randrange(4))]
    if kind == 7:
        return {text(source): anything(source, depth - 1) for _ in range(source.randrange(4))}
    return [
        None,
        source.random() < 0.5,
        source.randrange(-(10**20), 10**20),
        source.uniform(-1, 1) * 10.0 ** source.randrange(-300, 300),
        text(source),
        text(source),
    ][kind]


def text(source: random.Random) -> str:
    codes = [
        source.choice([source.randrange(0x80), source.randrange(0x3000), source.randrange(0x110000)]) for _ in "1234"
    ]
    return "".join(chr(code) for code in codes if not 0xD800 <= code < 0xE000)
