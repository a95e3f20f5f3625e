package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path"
	"strings"
)

// descriptor is how OCI documents refer to each other.
type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Annotations map[string]string `json:"annotations"`
}

// push uploads the images of an OCI archive to a registry, under the names that
// the archive gives them. What is there already is not sent again.
func push(archive, registry string) error {
	blobs, index, err := readArchive(archive)
	if err != nil {
		return err
	}
	for _, image := range index {
		name, tag, found := strings.Cut(image.Annotations["io.containerd.image.name"], ":")
		if !found {
			return errors.New("an image without name and tag")
		}
		var manifest struct {
			Config descriptor   `json:"config"`
			Layers []descriptor `json:"layers"`
		}
		if err := json.Unmarshal(blobs[image.Digest], &manifest); err != nil {
			return fmt.Errorf("manifest of %s: %w", name, err)
		}
		repository := registry + "/v2/" + name
		for _, blob := range append(manifest.Layers, manifest.Config) {
			if err := pushBlob(repository, blob.Digest, blobs[blob.Digest]); err != nil {
				return fmt.Errorf("blob %s of %s: %w", blob.Digest, name, err)
			}
		}
		if _, err := send("PUT", repository+"/manifests/"+tag, image.MediaType, blobs[image.Digest]); err != nil {
			return fmt.Errorf("manifest of %s: %w", name, err)
		}
	}
	return nil
}

// readArchive returns the blobs by digest, and what the index lists.
func readArchive(archive string) (map[string][]byte, []descriptor, error) {
	file, err := os.Open(archive)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	blobs := map[string][]byte{}
	var index struct {
		Manifests []descriptor `json:"manifests"`
	}
	for reader := tar.NewReader(file); ; {
		entry, err := reader.Next()
		if errors.Is(err, io.EOF) {
			return blobs, index.Manifests, nil
		}
		if err != nil {
			return nil, nil, err
		}
		content, err := io.ReadAll(reader)
		if err != nil {
			return nil, nil, err
		}
		switch {
		case entry.Name == "index.json":
			if err := json.Unmarshal(content, &index); err != nil {
				return nil, nil, err
			}
		case strings.HasPrefix(entry.Name, "blobs/sha256/"):
			blobs["sha256:"+path.Base(entry.Name)] = content
		}
	}
}

func pushBlob(repository, digest string, content []byte) error {
	if _, err := send("HEAD", repository+"/blobs/"+digest, "", nil); err == nil {
		return nil
	}
	header, err := send("POST", repository+"/blobs/uploads/", "", nil)
	if err != nil {
		return err
	}
	upload, err := url.Parse(header.Get("Location"))
	if err != nil {
		return err
	}
	base, err := url.Parse(repository)
	if err != nil {
		return err
	}
	target := base.ResolveReference(upload)
	query := target.Query()
	query.Set("digest", digest)
	target.RawQuery = query.Encode()
	_, err = send("PUT", target.String(), "application/octet-stream", content)
	return err
}

func send(method, target, mediaType string, body []byte) (http.Header, error) {
	request, err := http.NewRequest(method, target, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	if response.StatusCode >= 300 {
		return nil, fmt.Errorf("%s %s: %s %s", method, target, response.Status, text)
	}
	return response.Header, nil
}
