"""What people read at the end of a sign-in, in English and Simplified Chinese."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CallbackWords:
    """One language, as the core and HTML name it."""

    locale: str
    done: str
    done_next: str
    refused: str
    refused_next: str
    failed: str
    elsewhere: str
    nobody_waits: str
    no_answer: str
    broken: str
    too_long: str


english = CallbackWords(
    locale="en",
    done="You can close this tab",
    done_next="Slipway has the answer of the sign-in page. Its panel in JupyterLab shows who is signed in.",
    refused="The sign-in was refused",
    refused_next="Close this tab. The panel of Slipway in JupyterLab says what to do next.",
    failed="The sign-in did not get through",
    elsewhere="Where you began on another server or in another program: copy the address of this page, choose "
    "“Paste the address instead” there, and paste it. Or choose “Use a code instead”, which needs no way back.",
    nobody_waits="No sign-in waits on this Jupyter server.",
    broken="Slipway on this Jupyter server did not take the answer. Try again from its panel in JupyterLab.",
    no_answer="This address is where the sign-in page sends the browser; it holds no answer of one.",
    too_long="The answer of the sign-in page is too long.",
)

simplified_chinese = CallbackWords(
    locale="zh-cn",
    done="可以关闭此标签页",
    done_next="Slipway 已收到登录页面的答复。JupyterLab 中的 Slipway 面板会显示登录的用户。",
    refused="登录被拒绝",
    refused_next="请关闭此标签页。JupyterLab 中的 Slipway 面板会说明下一步。",
    failed="登录未能送达",
    elsewhere="如果你是在另一台服务器或另一个程序中开始登录的：请复制此页面的地址，在那里选择“改为粘贴地址”并粘贴。"
    "或者选择“改用验证码”，它不需要返回此处。",
    nobody_waits="此 Jupyter 服务器上没有等待中的登录。",
    broken="此 Jupyter 服务器上的 Slipway 没有接收答复。请在 JupyterLab 的 Slipway 面板中重试。",
    no_answer="登录页面会把浏览器送到此地址；其中没有任何答复。",
    too_long="登录页面的答复过长。",
)


def callback_words(accept_language: str) -> CallbackWords:
    """Return the words for a browser that asks in this way: ``zh-CN,zh;q=0.9,en;q=0.8``."""
    preferred = sorted(_weighted(accept_language), reverse=True)
    for _, _, language in preferred:
        if language.startswith("zh"):
            return simplified_chinese
        if language.startswith("en"):
            return english
    return english


def _weighted(accept_language: str) -> list[tuple[float, int, str]]:
    found = []
    for place, part in enumerate(accept_language.lower().split(",")[:50]):
        language, _, weight = part.strip().partition(";q=")
        try:
            found.append((float(weight or 1), -place, language.strip()))
        except ValueError:
            continue
    return found
