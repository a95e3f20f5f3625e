from __future__ import annotations

from typing import TYPE_CHECKING

from nbformat.v4 import new_output

from slipway_steps.printed import as_shown, on_terminal

if TYPE_CHECKING:
    from nbformat import NotebookNode


def printed(text: str | list[str], name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def texts(*outputs: NotebookNode) -> list[tuple[str, str]]:
    return [(output.get("name", ""), str(output.get("text", ""))) for output in as_shown(outputs)]


def test_what_is_printed_to_one_stream_in_a_row_is_one_output() -> None:
    picture = new_output("display_data", data={"image/png": "x"})
    assert texts(printed("a"), printed("b\n"), picture, printed("c"), printed("oh", "stderr"), printed("d")) == [
        ("stdout", "ab\n"),
        ("", ""),
        ("stdout", "c"),
        ("stderr", "oh"),
        ("stdout", "d"),
    ]


def test_of_a_bar_the_last_state_is_left() -> None:
    bar = [printed(f"\r{percent:3}%|", "stderr") for percent in range(0, 101, 10)]
    assert texts(*bar, printed("\n", "stderr")) == [("stderr", "100%|\n")]
    assert on_terminal("one\r\ntwo\r") == "one\ntwo"
    assert on_terminal("10%\r20%\r\rdone\nnext") == "done\nnext"


def test_the_outputs_that_it_is_given_stay_as_they_are() -> None:
    given = [printed("a"), printed("b")]
    as_shown(given)
    assert [output["text"] for output in given] == ["a", "b"]


def test_a_text_in_parts_is_put_together() -> None:
    assert texts(printed(["a\n", "b"]), printed("c")) == [("stdout", "a\nbc")]


def test_an_empty_output_stays_one() -> None:
    assert texts(printed("")) == [("stdout", "")]
    assert texts() == []
