package main

import (
	"net/http"
	"net/http/httputil"
	"net/url"
	"regexp"
)

// repository is the first folder of an image's name in a request's path.
var repository = regexp.MustCompile(`^/v2/([^/]+)/`)

// newRegistry is the front of a container registry, which holds images below
// public/ and private/. It asks for a login for private/, and shows the images
// of public/ also as slow/, broken/ (500), limited/ (429) and hanging/.
func newRegistry(s settings) (http.Handler, error) {
	backend, err := url.Parse(s.Backend)
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.SetURL(backend)
		r.SetXForwarded()
		r.Out.Host = r.In.Host
	}}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked := fault{truncate: -1}
		name := ""
		if match := repository.FindStringSubmatch(r.URL.Path); match != nil {
			name = match[1]
		}
		switch name {
		case "private":
			if needsLogin(w, r, s) {
				return
			}
			r.Header.Del("Authorization")
		case "slow":
			asked.rate = 2 << 20
		case "broken":
			refuse(w, http.StatusInternalServerError, "UNKNOWN", "the registry is broken")
			return
		case "limited":
			refuse(w, http.StatusTooManyRequests, "TOOMANYREQUESTS", "you have reached your pull rate limit")
			return
		case "hanging":
			<-r.Context().Done()
			return
		}
		if name == "slow" {
			r.URL.Path = repository.ReplaceAllString(r.URL.Path, "/v2/public/")
		}
		proxy.ServeHTTP(&faultyWriter{ResponseWriter: w, fault: asked, request: r}, r)
	}), nil
}

// refuse answers as registries do.
func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(`{"errors":[{"code":"` + code + `","message":"` + message + `"}]}` + "\n"))
}
