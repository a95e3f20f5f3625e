package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// newFiles serves files over HTTP, with ranges and entity tags:
//
//	/data/SIZE       that many bytes, always the same ones
//	/sha256/SIZE     their checksum, in hex
//	/files/…         a folder that tests write to
//	/private/…       all of it again, for those who log in
func newFiles(s settings) (http.Handler, error) {
	files := http.NewServeMux()
	files.HandleFunc("GET /data/{size}", serveData)
	files.HandleFunc("GET /sha256/{size}", serveChecksum)
	files.Handle("GET /files/", http.StripPrefix("/files/", http.FileServer(http.Dir(s.Folder))))
	return withFaults(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if rest, isPrivate := strings.CutPrefix(r.URL.Path, "/private"); isPrivate {
			if needsLogin(w, r, s) {
				return
			}
			r.URL.Path = rest
		}
		files.ServeHTTP(w, r)
	})), nil
}

func serveData(w http.ResponseWriter, r *http.Request) {
	size, err := sizeOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("ETag", `"data-`+strconv.FormatInt(size, 10)+`"`)
	http.ServeContent(w, r, "", time.Time{}, &data{size: size})
}

func serveChecksum(w http.ResponseWriter, r *http.Request) {
	size, err := sizeOf(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	hash := sha256.New()
	if _, err := io.Copy(hash, &data{size: size}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = io.WriteString(w, hex.EncodeToString(hash.Sum(nil))+"\n")
}

func sizeOf(r *http.Request) (int64, error) {
	size, err := strconv.ParseInt(r.PathValue("size"), 10, 64)
	if err != nil || size < 0 {
		return 0, errors.New("not a size in bytes: " + r.PathValue("size"))
	}
	return size, nil
}

// data is a file of a size that takes no space: bytes that look random and
// depend on nothing but their position.
type data struct {
	size, position int64
}

func (d *data) Read(buffer []byte) (int, error) {
	if d.position >= d.size {
		return 0, io.EOF
	}
	n := int(min(int64(len(buffer)), d.size-d.position))
	var block [8]byte
	for i := 0; i < n; {
		at := d.position + int64(i)
		binary.LittleEndian.PutUint64(block[:], mixed(uint64(at/8)))
		i += copy(buffer[i:n], block[at%8:])
	}
	d.position += int64(n)
	return n, nil
}

func (d *data) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += d.position
	case io.SeekEnd:
		offset += d.size
	}
	if offset < 0 {
		return 0, errors.New("before the start")
	}
	d.position = offset
	return offset, nil
}

// mixed spreads a number over all bits (the finaliser of SplitMix64).
func mixed(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
