package main

import (
	"crypto/subtle"
	"net/http"
)

// needsLogin says whether a request lacks the user and password that a private
// place asks for, and then answers 401.
func needsLogin(w http.ResponseWriter, r *http.Request, s settings) bool {
	user, password, _ := r.BasicAuth()
	sameUser := subtle.ConstantTimeCompare([]byte(user), []byte(s.User)) == 1
	samePassword := subtle.ConstantTimeCompare([]byte(password), []byte(s.Password)) == 1
	if sameUser && samePassword {
		return false
	}
	w.Header().Set("WWW-Authenticate", `Basic realm="slipway test cluster"`)
	http.Error(w, "unauthorized: authentication required", http.StatusUnauthorized)
	return true
}
