package main

import (
	"net/http"
	"net/http/cgi"
	"strings"
)

// newGit serves the repositories below a folder over Git's smart protocol.
// Those below /private/ need a login.
func newGit(s settings) (http.Handler, error) {
	backend := &cgi.Handler{
		Path: "/usr/lib/git-core/git-http-backend",
		Env:  []string{"GIT_PROJECT_ROOT=" + s.Folder, "GIT_HTTP_EXPORT_ALL=1"},
	}
	return withFaults(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/private/") && needsLogin(w, r, s) {
			return
		}
		backend.ServeHTTP(w, r)
	})), nil
}
