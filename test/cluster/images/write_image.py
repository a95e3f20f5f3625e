"""Write an archive of OCI images, for `ctr images import`, without any daemon.

Usage: write_image.py OUTPUT.tar < IMAGES.json

The input is a list of images, which share the layers that they have in common. An image is an object with `name`, and
optionally `layers` (tar archives), `files` ([source, path] pairs), `links` (path to target), `folders` (path to octal
mode), `user`, `workdir`, `environment`, `entrypoint` and `command`. Files, links and folders become a layer above the
others. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

CHUNK = 1 << 20
OCI = "application/vnd.oci.image"


class Blob(NamedTuple):
    """A file in the archive, by its content."""

    digest: str
    size: int
    path: Path


def blob_of(path: Path) -> Blob:
    """Return the blob that a file's content makes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return Blob(f"sha256:{digest.hexdigest()}", path.stat().st_size, path)


class LayerWriter:
    """Writes a layer entry by entry, each parent folder before what is in it."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        """Write to an open archive."""
        self._tar = tar
        self._folders: set[str] = set()

    def folder(self, path: str, mode: int = 0o755) -> None:
        """Add a folder, and its parents with the usual mode."""
        parts = path.strip("/").split("/")
        for length in range(1, len(parts) + 1):
            name = "/".join(parts[:length])
            if name in self._folders:
                continue
            self._folders.add(name)
            entry = tarfile.TarInfo(name)
            entry.type = tarfile.DIRTYPE
            entry.mode = mode if length == len(parts) else 0o755
            self._tar.addfile(entry)

    def file(self, source: Path, path: str) -> None:
        """Add a program."""
        self._parent(path)
        entry = tarfile.TarInfo(path)
        entry.size = source.stat().st_size
        entry.mode = 0o755
        with source.open("rb") as content:
            self._tar.addfile(entry, content)

    def link(self, path: str, target: str) -> None:
        """Add a symbolic link."""
        self._parent(path)
        entry = tarfile.TarInfo(path)
        entry.type = tarfile.SYMTYPE
        entry.linkname = target
        self._tar.addfile(entry)

    def _parent(self, path: str) -> None:
        if "/" in path:
            self.folder(path.rsplit("/", 1)[0])


def write_layer(image: dict[str, Any], path: Path) -> None:
    """Write the layer with the image's own folders, files and links."""
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT) as tar:
        layer = LayerWriter(tar)
        for name, mode in image.get("folders", {}).items():
            layer.folder(name, int(mode, 8))
        for source, name in image.get("files", []):
            layer.file(Path(source), name)
        for name, target in image.get("links", {}).items():
            layer.link(name, target)


def config_of(image: dict[str, Any], layers: list[Blob]) -> dict[str, Any]:
    """Return the image's configuration as OCI has it."""
    names = {
        "user": "User",
        "workdir": "WorkingDir",
        "environment": "Env",
        "entrypoint": "Entrypoint",
        "command": "Cmd",
    }
    return {
        "architecture": "amd64",
        "os": "linux",
        "created": "2026-01-01T00:00:00Z",
        "config": {oci: image[ours] for ours, oci in names.items() if ours in image},
        "rootfs": {"type": "layers", "diff_ids": [layer.digest for layer in layers]},
    }


class ArchiveWriter:
    """Collects the documents and layers of images and writes them as one archive."""

    def __init__(self) -> None:
        """Start with no image."""
        self._documents: dict[str, bytes] = {"oci-layout": b'{"imageLayoutVersion":"1.0.0"}'}
        self._layers: dict[str, Blob] = {}
        self._manifests: list[dict[str, Any]] = []

    def add_image(self, image: dict[str, Any], layers: list[Blob]) -> None:
        """Add an image that consists of these layers, the lowest first."""
        manifest = {
            "schemaVersion": 2,
            "mediaType": f"{OCI}.manifest.v1+json",
            "config": self._add("config", config_of(image, layers)),
            "layers": [
                {"mediaType": f"{OCI}.layer.v1.tar", "digest": layer.digest, "size": layer.size} for layer in layers
            ],
        }
        descriptor = self._add("manifest", manifest)
        descriptor["platform"] = {"architecture": "amd64", "os": "linux"}
        descriptor["annotations"] = {"io.containerd.image.name": image["name"]}
        self._manifests.append(descriptor)
        self._layers.update((layer.digest, layer) for layer in layers)

    def write(self, output: Path) -> None:
        """Write the archive: the index, the manifests, the configurations and the layers."""
        index = json.dumps({"schemaVersion": 2, "manifests": self._manifests}).encode()
        with tarfile.open(output, "w", format=tarfile.GNU_FORMAT) as tar:
            for name, content in {**self._documents, "index.json": index}.items():
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))
            for layer in self._layers.values():
                entry = tarfile.TarInfo(f"blobs/{layer.digest.replace(':', '/')}")
                entry.size = layer.size
                with layer.path.open("rb") as file:
                    tar.addfile(entry, file)

    def _add(self, kind: str, document: dict[str, Any]) -> dict[str, Any]:
        content = json.dumps(document, sort_keys=True).encode()
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self._documents[f"blobs/{digest.replace(':', '/')}"] = content
        return {"mediaType": f"{OCI}.{kind}.v1+json", "digest": digest, "size": len(content)}


def main() -> None:
    """Read the images from standard input and write their archive."""
    archive = ArchiveWriter()
    known: dict[Path, Blob] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number, image in enumerate(json.load(sys.stdin)):
            layers = [Path(path) for path in image.get("layers", [])]
            if any(key in image for key in ("files", "folders", "links")):
                own = Path(folder) / f"{number}.tar"
                write_layer(image, own)
                layers.append(own)
            known.update((layer, blob_of(layer)) for layer in layers if layer not in known)
            archive.add_image(image, [known[layer] for layer in layers])
        archive.write(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
