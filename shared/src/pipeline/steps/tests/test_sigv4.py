from __future__ import annotations

import datetime as dt
import random
import string
from unittest import mock

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from slipway_steps.sigv4 import Keys, encoded, encoded_query, signed_headers

# The examples of Amazon's documentation ("Authenticating Requests: Using the Authorization Header").
EXAMPLE = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
NOON = dt.datetime(2013, 5, 24, tzinfo=dt.timezone.utc)
HOST = "https://examplebucket.s3.amazonaws.com"


@pytest.mark.parametrize(
    ("url", "headers", "signature"),
    [
        (
            HOST + "/test.txt",
            {"Range": "bytes=0-9"},
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        (HOST + "/?lifecycle", {}, "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (HOST + "/?max-keys=2&prefix=J", {}, "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ],
)
def test_the_documented_examples_have_the_documented_signatures(
    url: str, headers: dict[str, str], signature: str
) -> None:
    signed = signed_headers(url, headers, EXAMPLE, "us-east-1", NOON.timestamp())
    assert signed["Authorization"].endswith("Signature=" + signature)


def test_whatever_is_asked_for_is_signed_as_botocore_does() -> None:
    chance = random.Random(20130524)
    alphabet = string.printable.strip() + " äß漢☃é"
    for _ in range(200):
        word = ["".join(chance.choices(alphabet, k=chance.randint(1, 12))) for _ in range(4)]
        query = {"list-type": "2", "prefix": word[0], word[1]: word[2]} if chance.random() < 0.5 else {}
        key = "/".join(word).replace("/.", "/x") if chance.random() < 0.8 else ""
        url = f"http://s3.example.org:9000/bucket/{encoded(key, '/')}" + (f"?{encoded_query(query)}" if query else "")
        token = "".join(chance.choices(string.ascii_letters + "+/=", k=40)) if chance.random() < 0.5 else None
        keys = Keys("KEY" + word[3].encode().hex(), word[2] + "s", token)
        now = NOON + dt.timedelta(seconds=chance.randrange(400_000_000))
        ours = signed_headers(url, {}, keys, "eu-west-3", now.timestamp())
        assert ours["Authorization"].split(",") == _by_botocore(url, keys, "eu-west-3", now).split(", ")


def _by_botocore(url: str, keys: Keys, region: str, now: dt.datetime) -> str:
    request = botocore.awsrequest.AWSRequest(method="GET", url=url)
    credentials = botocore.credentials.Credentials(keys.key_id, keys.secret, keys.token)
    with mock.patch.object(botocore.auth, "get_current_datetime", return_value=now.replace(tzinfo=None)):
        botocore.auth.S3SigV4Auth(credentials, "s3", region).add_auth(request)
    return str(request.headers["Authorization"])
