"""Data sets in buckets of S3, MinIO and others that speak like them: one object, or all below a prefix."""

from __future__ import annotations

import email.utils
import os
import re
import time
import urllib.parse
import xml.etree.ElementTree as ET

from slipway_steps.files import first_line
from slipway_steps.remote import MOST_FILES, Credentials, Found, RemoteFile, check_paths, checked_endpoint
from slipway_steps.sigv4 import Keys, encoded, encoded_query, signed_headers
from slipway_steps.web import Access, DownloadFailed, Patience, ask, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from email.message import Message

    from slipway_steps.shapes import DatasetPart
    from slipway_steps.web import Refusal, Tell

_KEY_ID, _SECRET, _TOKEN = "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"
_REGION = "us-east-1"
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
# The ETag of an object that came in one part and is not encrypted by keys of its owner's is its MD5.
_MD5 = re.compile(r'"([0-9a-f]{32})"')
_OWN_KEYS = ("x-amz-server-side-encryption-customer-algorithm", "x-amz-server-side-encryption-aws-kms-key-id")
_ELSEWHERE = frozenset({301, 307})
_FORBIDDEN = 403
# What others call Amazon's codes: VersityGW.
_SAME = {"XAdminUserNotFound": "InvalidAccessKeyId"}


class Bucket(Access):
    """A bucket, asked by somebody or by anybody."""

    condition = "If-Match"
    follows_redirects = False  # the signature is for one server only

    def __init__(self, dataset: DatasetPart, name: str) -> None:
        """Take the server from the data set, else from the team profile. Raises DownloadFailed."""
        self.name = name
        self._region = dataset.get("region") or os.environ.get("SLIPWAY_S3_REGION") or _REGION
        self._credentials = Credentials(dataset)
        self._keys = self._read_keys()
        given = dataset.get("endpoint") or os.environ.get("SLIPWAY_S3_ENDPOINT")
        endpoint = checked_endpoint(given or f"https://s3.{self._region}.amazonaws.com")
        # Amazon's own servers want the bucket as a host, which no certificate covers where its name has dots.
        usual = "virtual" if given is None and "." not in name else "path"
        addressing = dataset.get("addressing") or os.environ.get("SLIPWAY_S3_ADDRESSING") or usual
        scheme, _, host = endpoint.partition("://")
        self._base = f"{scheme}://{name}.{host}" if addressing == "virtual" else f"{endpoint}/{encoded(name)}"

    def _read_keys(self) -> Keys | None:
        if self._credentials.secret is None:
            return None
        key_id, secret = self._credentials.needed(_KEY_ID), self._credentials.needed(_SECRET)
        return Keys(key_id, secret, self._credentials.value(_TOKEN))

    def address(self, key: str, query: dict[str, str] | None = None) -> str:
        """Return the address of an object, or of the bucket's own answers."""
        return f"{self._base}/{encoded(key, '/')}" + (f"?{encoded_query(query)}" if query else "")

    def headers(self, url: str) -> dict[str, str]:
        """Sign a question."""
        return {} if self._keys is None else signed_headers(url, {}, self._keys, self._region, time.time())

    def digests(self, headers: Message) -> dict[str, str]:
        """Return the MD5 where the ETag is one."""
        encryption = headers.get("x-amz-server-side-encryption", "")
        found = _MD5.fullmatch(headers.get("ETag", ""))
        if found is None or encryption.startswith("aws:kms") or any(name in headers for name in _OWN_KEYS):
            return {}
        return {"md5": found[1]}

    def why(self, refusal: Refusal) -> str | None:
        """Read the reason from S3's own words."""
        said = _fields(refusal.body)
        code = said.get("Code", "")
        region = said.get("Region") or refusal.headers.get("x-amz-bucket-region")
        if region and region != self._region:
            return f"the bucket lies in the region {_plain(region)}, not {self._region}; give it as dataset.region"
        words = {
            "NoSuchBucket": f"there is no bucket {self.name}; check its name and dataset.endpoint",
            "NoSuchKey": f"the bucket {self.name} has no such object; check the key, whose letter case counts",
            "AccessDenied": self._denied(),
            "InvalidAccessKeyId": f"{_KEY_ID} of the Secret {self._credentials.secret} is not known there; correct it",
            "SignatureDoesNotMatch": f"{_SECRET} of the Secret {self._credentials.secret} does not belong to its "
            f"{_KEY_ID}; correct it",
            "ExpiredToken": f"the keys of the Secret {self._credentials.secret} have expired; put new ones into it",
            "InvalidToken": f"{_TOKEN} of the Secret {self._credentials.secret} is not valid; correct or remove it",
            "RequestTimeTooSkewed": f"the clock of the node {_skew(refusal.headers)}; have it set",
        }
        code = _SAME.get(code, code)
        if code in words:
            return words[code]
        if refusal.status in _ELSEWHERE:
            place = said.get("Endpoint") or "another place"
            return f"the bucket is to be asked at {_plain(place)}; give dataset.region or dataset.endpoint"
        if refusal.status == _FORBIDDEN:
            return self._denied()
        return _plain(f"{code}: {said.get('Message', '')}") if code else super().why(refusal)

    def _denied(self) -> str:
        if self._credentials.secret is None:
            return f"it is not public; name a Secret with {_KEY_ID} and {_SECRET} as dataset.secret"
        return (
            f"the key {_KEY_ID} of the Secret {self._credentials.secret} may not read it; "
            "ask for s3:GetObject, and for a prefix s3:ListBucket"
        )


def parse(url: str) -> tuple[str, str]:
    """Take `s3://BUCKET/KEY` apart; keys stand there as they are. Raises DownloadFailed."""
    bucket, slash, key = url[len("s3://") :].partition("/")
    if not _BUCKET.fullmatch(bucket) or not slash:
        message = "the data set's address is not s3://BUCKET/KEY, nor s3://BUCKET/PREFIX/"
        raise DownloadFailed(message)
    return bucket, key


def find(dataset: DatasetPart, tell: Tell, patience: Patience) -> Found:
    """Find the object, or all objects below a prefix that ends with a slash. Raises DownloadFailed."""
    bucket_name, key = parse(dataset["url"])
    bucket = Bucket(dataset, bucket_name)
    if key.strip("/"):
        check_paths([RemoteFile("", key.rstrip("/"))], dataset["url"])
    if key and not key.endswith("/"):
        return Found([RemoteFile(bucket.address(key))], bucket, is_folder=False)
    files = _listed(bucket, key, tell, patience)
    if not files:
        message = f"the bucket {bucket_name} has no object below {key or 'its root'}; check the prefix"
        raise DownloadFailed(message)
    check_paths(files, dataset["url"])
    return Found(files, bucket, is_folder=True)


def _listed(bucket: Bucket, prefix: str, tell: Tell, patience: Patience) -> list[RemoteFile]:
    files: list[RemoteFile] = []
    query = {"list-type": "2", "prefix": prefix, "encoding-type": "url"}
    tokens: set[str] = set()
    while len(files) <= MOST_FILES:
        url = bucket.address("", query)
        page = _parsed(ask(url, bucket, patience, tell).body, url)
        is_encoded = _text(page, "EncodingType") == "url"
        files += [
            file for item in _all(page, "Contents") if (file := _file(bucket, prefix, item, is_encoded=is_encoded))
        ]
        token = _text(page, "NextContinuationToken")
        if _text(page, "IsTruncated") != "true":
            break
        if not token or token in tokens:
            message = f"{shown(url)} lists its objects without an end"
            raise DownloadFailed(message)
        tokens.add(token)
        query["continuation-token"] = token
        tell(f"listing: {len(files)} files")
    return files


def _file(bucket: Bucket, prefix: str, item: ET.Element, *, is_encoded: bool) -> RemoteFile | None:
    key = _text(item, "Key")
    key = urllib.parse.unquote_plus(key, errors="surrogateescape") if is_encoded else key
    size = _text(item, "Size")
    if not key.startswith(prefix) or not size.isdigit():
        message = f"the bucket {bucket.name} lists {key!r}, which was not asked for"
        raise DownloadFailed(message)
    if key.endswith("/"):
        return None  # what consoles make to show a folder
    path = key[len(prefix) :]
    return RemoteFile(bucket.address(key), path, size=int(size), etag=_text(item, "ETag") or None)


def _parsed(body: bytes, url: str) -> ET.Element:
    try:
        # Entities could make much of little; S3 has none.
        if b"<!DOCTYPE" not in body and b"<!ENTITY" not in body:
            return ET.fromstring(body)
    except (ET.ParseError, ValueError, LookupError):
        pass
    message = f"{shown(url)} answers with something else than a list of objects; is it the address of an S3 server?"
    raise DownloadFailed(message)


def _all(element: ET.Element, name: str) -> list[ET.Element]:
    return [child for child in element if child.tag.rpartition("}")[2] == name]


def _text(element: ET.Element, name: str) -> str:
    found = _all(element, name)
    return (found[0].text or "") if found else ""


def _fields(body: bytes) -> dict[str, str]:
    try:
        error = _parsed(body, "")
    except DownloadFailed:
        return {}
    return {child.tag.rpartition("}")[2]: child.text or "" for child in error}


def _plain(text: str) -> str:
    """Return a server's words as part of a line."""
    return first_line(re.sub(r"[^\x20-\x7e]", " ", text), 200)


def _skew(headers: Message) -> str:
    try:
        off = time.time() - email.utils.parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (TypeError, ValueError):
        return "differs from the server's"
    return f"is {abs(off):.0f} s {'ahead of' if off > 0 else 'behind'} the server's"
