package main

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// fault is what goes wrong with one request.
type fault struct {
	delay    time.Duration // before anything is answered
	hang     bool          // no answer until the client gives up
	status   int           // answered instead of the file
	rate     int           // bytes a second; 0 is no limit
	truncate int64         // bytes of the body after which the connection is cut; -1 is never
	corrupt  bool          // the first byte of the body is another one
	chunked  bool          // no Content-Length
}

// faults lets the URL say what goes wrong: /~slow=1000/~truncate=5000/path is
// /path at a thousand bytes a second, cut after five thousand. See README.md
// for all of them.
type faults struct {
	next  http.Handler
	mutex sync.Mutex
	// failures left by path, for ~flaky.
	failures map[string]int
}

func withFaults(next http.Handler) http.Handler {
	return &faults{next: next, failures: map[string]int{}}
}

func (f *faults) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked, rest, err := f.parse(r.URL.Path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	select {
	case <-time.After(asked.delay):
	case <-r.Context().Done():
		return
	}
	if asked.hang {
		<-r.Context().Done()
		return
	}
	if asked.status != 0 {
		http.Error(w, "This is what was asked for.", asked.status)
		return
	}
	inner := r.Clone(r.Context())
	inner.URL.Path, inner.URL.RawPath = rest, ""
	f.next.ServeHTTP(&faultyWriter{ResponseWriter: w, fault: asked, request: r}, inner)
}

// parse takes the faults off the front of a path.
func (f *faults) parse(path string) (fault, string, error) {
	asked := fault{truncate: -1}
	rest := path
	for strings.HasPrefix(rest, "/~") {
		segment, after, _ := strings.Cut(rest[2:], "/")
		rest = "/" + after
		name, text, _ := strings.Cut(segment, "=")
		number := 0
		if text != "" {
			var err error
			if number, err = strconv.Atoi(text); err != nil {
				return asked, rest, fmt.Errorf("%s is not a number", text)
			}
		}
		switch name {
		case "delay":
			asked.delay = time.Duration(number) * time.Millisecond
		case "hang":
			asked.hang = true
		case "status":
			asked.status = number
		case "flaky":
			if f.failsAgain(path, number) {
				asked.status = http.StatusInternalServerError
			}
		case "slow":
			asked.rate = number
		case "truncate":
			asked.truncate = int64(number)
		case "corrupt":
			asked.corrupt = true
		case "chunked":
			asked.chunked = true
		default:
			return asked, rest, errors.New("there is no fault called " + name)
		}
	}
	return asked, rest, nil
}

// failsAgain is true `times` times for a path, then false once, and so on.
func (f *faults) failsAgain(path string, times int) bool {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	left, seen := f.failures[path]
	if !seen {
		left = times
	}
	if left == 0 {
		delete(f.failures, path)
		return false
	}
	f.failures[path] = left - 1
	return true
}

// faultyWriter does to a body what the fault says.
type faultyWriter struct {
	http.ResponseWriter
	fault   fault
	request *http.Request
	written int64
}

func (w *faultyWriter) WriteHeader(status int) {
	if w.fault.chunked {
		w.Header().Del("Content-Length")
	}
	w.ResponseWriter.WriteHeader(status)
}

// piece is how much of a body a faulty writer passes on at once: with a rate,
// what it passes on in a fiftieth of a second.
func (w *faultyWriter) piece() int {
	if w.fault.rate == 0 {
		return 32 << 10
	}
	return max(w.fault.rate/50, 1)
}

func (w *faultyWriter) Write(body []byte) (int, error) {
	total := 0
	for len(body) > 0 {
		piece := body[:min(len(body), w.piece())]
		n, err := w.writePiece(piece)
		total += n
		if err != nil {
			return total, err
		}
		body = body[len(piece):]
	}
	return total, nil
}

func (w *faultyWriter) writePiece(piece []byte) (int, error) {
	if left := w.fault.truncate - w.written; w.fault.truncate >= 0 && left < int64(len(piece)) {
		// The rest of the piece is lost with the connection.
		_, _ = w.ResponseWriter.Write(piece[:left])
		_ = http.NewResponseController(w.ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	if w.fault.corrupt && w.written == 0 {
		piece = append([]byte{piece[0] ^ 0xff}, piece[1:]...)
	}
	n, err := w.ResponseWriter.Write(piece)
	w.written += int64(n)
	if err != nil || w.fault.rate == 0 {
		return n, err
	}
	_ = http.NewResponseController(w.ResponseWriter).Flush()
	select {
	case <-time.After(time.Second * time.Duration(n) / time.Duration(w.fault.rate)):
		return n, nil
	case <-w.request.Context().Done():
		return n, w.request.Context().Err()
	}
}

// Unwrap lets a response controller reach the connection.
func (w *faultyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
