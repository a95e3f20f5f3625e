"""Buckets, by a server that answers in S3's words. Signatures: test_sigv4.py, and a real server elsewhere."""

from __future__ import annotations

import hashlib
import time
import urllib.parse
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

import pytest
from serving import Server, part_of, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from serving import Answer, Step

LISTED = (
    '<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
    "<EncodingType>url</EncodingType>{}</ListBucketResult>"
)


class Bucket:
    """Objects by key, listed two at a time, and the faults that a test asks for."""

    def __init__(self) -> None:
        self.objects = {"pbmc/a.bin": b"a" * 5000, "pbmc/b c+ü.bin": b"b" * 3000, "pbmc/": b"", "pbmc/d/e": b"e"}
        self.etags: dict[str, str] = {}
        self.refusal: Answer | None = None
        self.headers: dict[str, str] = {}
        self.cut_after: list[int] = []
        self.endless = False
        self.changes = False

    def etag(self, key: str) -> str:
        return self.etags.get(key) or f'"{hashlib.md5(self.objects[key], usedforsecurity=False).hexdigest()}"'

    def answer(self, path: str, headers: Message) -> Answer:
        if self.refusal is not None:
            return self.refusal
        parts = urllib.parse.urlsplit(path)
        key = urllib.parse.unquote(parts.path).removeprefix("/data/")
        if not key:
            return self.page(dict(urllib.parse.parse_qsl(parts.query)))
        status, sent, body = part_of(self.objects[key], headers, self.etag(key))
        if self.cut_after:
            sent["Content-Length"] = str(len(body))
            body = body[: self.cut_after.pop(0)]
        return status, {**sent, **self.headers}, body

    def page(self, query: dict[str, str]) -> Answer:
        keys = sorted(key for key in self.objects if key.startswith(query["prefix"]))
        first = int(query.get("continuation-token", "0"))
        items = [
            f"<Contents><Key>{urllib.parse.quote_plus(key, safe='/')}</Key><Size>{len(self.objects[key])}</Size>"
            f"<ETag>{escape(self.etag(key))}</ETag></Contents>"
            for key in keys[first : first + 2]
        ]
        if self.endless or first + 2 < len(keys):
            token = first if self.endless else first + 2
            items.append(f"<IsTruncated>true</IsTruncated><NextContinuationToken>{token}</NextContinuationToken>")
        if self.changes:
            self.etags = dict.fromkeys(keys, '"other"')
        return 200, {}, LISTED.format("".join(items)).encode()


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture
def server(bucket: Bucket, step: Step, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    (step.base / "secret" / "AWS_ACCESS_KEY_ID").write_text("ADA\n")
    (step.base / "secret" / "AWS_SECRET_ACCESS_KEY").write_text("very-secret\n")
    with serving(bucket.answer) as started:
        monkeypatch.setenv("SLIPWAY_S3_ENDPOINT", started.url)
        yield started


OBJECT = {"name": "a.bin", "url": "s3://data/pbmc/a.bin"}
SIGNED = {**OBJECT, "secret": "minio-ada"}
PREFIX = {"name": "pbmc", "url": "s3://data/pbmc/"}


def refused(status: int, code: str, more: str = "") -> Answer:
    return status, {}, f"<Error><Code>{code}</Code><Message>m</Message>{more}</Error>".encode()


def test_an_object_is_fetched_once_and_asked_for_again(step: Step, server: Server) -> None:
    assert step.fetch(**OBJECT)["note"] == "a.bin fetched (5.0 kB)"
    assert [path.read_bytes() for path in step.cache.glob("*/a.bin")] == [b"a" * 5000]
    assert step.fetch(**OBJECT)["note"] == "a.bin from the cache, unchanged (5.0 kB)"
    assert "Authorization" not in server.asked[0][1]
    assert server.asked[1][1]["If-None-Match"]


def test_all_below_a_prefix_are_fetched_page_by_page(step: Step, server: Server) -> None:
    assert step.fetch(**PREFIX)["note"] == "pbmc fetched (3 files, 8.0 kB)"
    assert step.files("pbmc") == {"a.bin": b"a" * 5000, "b c+ü.bin": b"b" * 3000, "d/e": b"e"}
    assert len([path for path in server.paths() if "list-type=2" in path]) == 2
    assert step.fetch(**PREFIX)["note"] == "pbmc from the cache, unchanged (3 files, 8.0 kB)"


def test_what_changed_is_fetched_and_what_went_goes(step: Step, server: Server, bucket: Bucket) -> None:
    step.fetch(**PREFIX)
    bucket.objects = {"pbmc/a.bin": b"a" * 5000, "pbmc/d": b"now a file"}
    asked = len(server.asked)
    assert step.fetch(**PREFIX)["note"] == "pbmc fetched (2 files, 5.0 kB)"
    assert step.files("pbmc") == {"a.bin": b"a" * 5000, "d": b"now a file"}
    assert [path for path in server.paths()[asked:] if "list-type" not in path] == ["/data/pbmc/d"]


def test_links_in_the_cache_lead_nowhere(step: Step, server: Server) -> None:
    step.fetch(**PREFIX)
    (folder,) = step.cache.glob("*/pbmc")
    outside = step.base / "outside"
    outside.mkdir()
    (folder / "d" / "e").unlink()
    (folder / "d").rmdir()
    (folder / "d").symlink_to(outside)
    (folder / "more").symlink_to(outside)
    assert step.fetch(**PREFIX)["state"] == "succeeded"
    assert sorted(path.name for path in folder.iterdir()) == ["a.bin", "b c+ü.bin", "d"]
    assert (folder / "d" / "e").read_bytes() == b"e"
    assert list(outside.iterdir()) == []
    assert server.paths()[-1] == "/data/pbmc/d/e"


def test_a_run_that_is_cut_off_loses_one_file_at_most(step: Step, server: Server, bucket: Bucket) -> None:
    bucket.etags["pbmc/d/e"] = f'"{"0" * 32}"'
    assert "the MD5 of d/e is" in step.reason(**PREFIX)
    bucket.etags.clear()
    asked = len(server.asked)
    assert step.fetch(**PREFIX)["note"] == "pbmc fetched (3 files, 8.0 kB)"
    assert [path for path in server.paths()[asked:] if "list-type" not in path] == ["/data/pbmc/d/e"]


def test_it_is_signed_with_the_secret_which_nobody_sees(step: Step, server: Server) -> None:
    step.fetch(**SIGNED)
    sent = server.asked[0][1]
    assert sent["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=ADA/")
    assert "/us-east-1/s3/aws4_request" in sent["Authorization"]
    told = "".join(path.read_text(errors="replace") for path in step.base.rglob("*.json*"))
    assert "very-secret" not in told


def test_keys_that_a_secret_lacks_are_named(step: Step, server: Server) -> None:
    (step.base / "secret" / "AWS_SECRET_ACCESS_KEY").unlink()
    reason = step.reason(**SIGNED)
    assert reason == "the Secret minio-ada has no key AWS_SECRET_ACCESS_KEY; add it"
    assert server.asked == []


def test_a_cut_object_is_resumed_if_it_is_still_the_same(step: Step, server: Server, bucket: Bucket) -> None:
    bucket.cut_after = [1000]
    assert step.fetch(**OBJECT)["state"] == "succeeded"
    assert server.asked[1][1]["Range"] == "bytes=1000-"
    assert server.asked[1][1]["If-Match"] == bucket.etag("pbmc/a.bin")


def test_an_object_of_a_list_that_changes_meanwhile_is_not_mixed(step: Step, server: Server, bucket: Bucket) -> None:
    bucket.objects = {"pbmc/a.bin": b"a" * 5000}
    bucket.changes = True
    assert "changed while the data set was fetched; run it again" in step.reason(**PREFIX)
    assert server.asked[1][1]["If-Match"] != '"other"'


def test_a_damaged_object_is_seen_by_its_md5(step: Step, server: Server, bucket: Bucket) -> None:
    bucket.etags["pbmc/a.bin"] = f'"{"0" * 32}"'
    assert "the MD5 of a.bin is" in step.reason(**OBJECT)
    # Encrypted by keys of its owner's, an object's ETag is something else.
    bucket.headers = {"x-amz-server-side-encryption": "aws:kms"}
    assert step.fetch(**OBJECT)["state"] == "succeeded"
    assert len(server.asked) == 2


@pytest.mark.parametrize("key", ["pbmc/../../x", "pbmc//x", "pbmc/./x", "pbmc/a.bin/x", "pbmc/a\nb", "pbmc/a\x1b[2J"])
def test_hostile_keys_are_refused_before_anything_is_fetched(
    step: Step, server: Server, bucket: Bucket, key: str
) -> None:
    bucket.objects[key] = b"x"
    reason = step.reason(**PREFIX)
    assert reason.startswith("s3://data/pbmc/ has")
    assert "\n" not in reason
    assert "\x1b" not in reason
    assert all("list-type" in path for path in server.paths())


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (refused(404, "NoSuchBucket"), "there is no bucket data; check its name and dataset.endpoint"),
        (refused(404, "NoSuchKey"), "the bucket data has no such object"),
        (refused(403, "AccessDenied"), "the key AWS_ACCESS_KEY_ID of the Secret minio-ada may not read it"),
        (refused(403, "InvalidAccessKeyId"), "AWS_ACCESS_KEY_ID of the Secret minio-ada is not known there"),
        (refused(404, "XAdminUserNotFound"), "AWS_ACCESS_KEY_ID of the Secret minio-ada is not known there"),
        (refused(403, "SignatureDoesNotMatch"), "AWS_SECRET_ACCESS_KEY of the Secret minio-ada does not belong"),
        (refused(400, "ExpiredToken"), "the keys of the Secret minio-ada have expired"),
        (
            refused(400, "AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>"),
            "the bucket lies in the region eu-west-1, not us-east-1; give it as dataset.region",
        ),
        ((301, {"x-amz-bucket-region": "eu-west-1", "Location": "http://127.0.0.1:9/"}, b""), "region eu-west-1"),
        (refused(301, "PermanentRedirect", "<Endpoint>data.s3.example</Endpoint>"), "asked at data.s3.example"),
        ((403, {}, b"<!DOCTYPE x [<!ENTITY a 'b'>]><Error><Code>&a;</Code></Error>"), "may not read it"),
        ((404, {}, b"<html>not S3</html>"), "there is no such file"),
    ],
)
def test_refusals_say_what_to_do(step: Step, server: Server, bucket: Bucket, refusal: Answer, words: str) -> None:
    bucket.refusal = refusal
    reason = step.reason(**SIGNED)
    assert words in reason
    assert "very-secret" not in reason
    assert len(server.asked) == 1


def test_a_clock_that_is_wrong_is_told(step: Step, server: Server, bucket: Bucket) -> None:
    early = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() - 3600))
    bucket.refusal = (403, {"Date": early}, refused(403, "RequestTimeTooSkewed")[2])
    assert "the clock of the node" in step.reason(**SIGNED)
    assert len(server.asked) == 1


def test_without_a_secret_a_closed_bucket_asks_for_one(step: Step, server: Server, bucket: Bucket) -> None:
    bucket.refusal = refused(403, "AccessDenied")
    assert "name a Secret with AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as dataset.secret" in step.reason(**OBJECT)
    assert len(server.asked) == 1


def test_lists_without_an_end_or_an_object_are_not_waited_for(step: Step, bucket: Bucket, server: Server) -> None:
    bucket.endless = True
    assert "lists its objects without an end" in step.reason(**PREFIX)
    bucket.endless, bucket.objects = False, {}
    assert "has no object below pbmc/; check the prefix" in step.reason(**PREFIX)
    bucket.refusal = (200, {}, b"hello")
    assert "is it the address of an S3 server?" in step.reason(**PREFIX)
    assert len(server.asked) == 4


def test_the_room_for_the_whole_list_is_looked_at_first(
    step: Step, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Volume:
        f_bavail, f_frsize = 6, 1000

    monkeypatch.setattr("os.statvfs", lambda _: Volume)
    assert "the data set needs 8.0 kB, and 6.0 kB are free" in step.reason(**PREFIX)
    assert all("list-type" in path for path in server.paths())


def test_a_host_that_is_not_known_is_told(step: Step) -> None:
    reason = step.reason(**OBJECT, endpoint="http://bucket.invalid")
    assert "the name of its host is not known here" in reason


def test_a_size_or_checksum_of_a_prefix_is_refused(step: Step, server: Server) -> None:
    assert "is a folder" in step.reason(**PREFIX, bytes=7)
    assert all("list-type" in path for path in server.paths())
