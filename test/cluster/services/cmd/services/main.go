// Command services runs what a cluster finds around it: the first argument
// picks the service, the second is a file with its settings as JSON, because
// there are passwords in them. `services push ARCHIVE REGISTRY` fills a registry.
package main

import (
	"encoding/json"
	"log"
	"net/http"
	"os"
	"time"
)

// settings of all services; each uses some.
type settings struct {
	// Listen is the address and port to serve at.
	Listen string `json:"listen"`
	// Certificate and Key are PEM files; without them the service speaks plain HTTP.
	Certificate string `json:"certificate"`
	Key         string `json:"key"`
	// Issuer is the URL that tokens name, SigningKey the PEM file of their RSA key.
	Issuer     string `json:"issuer"`
	SigningKey string `json:"signingKey"`
	// Folder has the repositories or files that are served.
	Folder string `json:"folder"`
	// Backend is the URL of the registry behind its front.
	Backend string `json:"backend"`
	// User and Password open what is private.
	User     string `json:"user"`
	Password string `json:"password"`
}

var services = map[string]func(settings) (http.Handler, error){
	"issuer":   newIssuer,
	"git":      newGit,
	"files":    newFiles,
	"registry": newRegistry,
}

func main() {
	if len(os.Args) == 4 && os.Args[1] == "push" {
		if err := push(os.Args[2], os.Args[3]); err != nil {
			log.Fatal(err)
		}
		return
	}
	if len(os.Args) != 3 || services[os.Args[1]] == nil {
		log.Fatal("usage: services issuer|git|files|registry SETTINGS.json, or services push ARCHIVE REGISTRY")
	}
	text, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	var s settings
	if err := json.Unmarshal(text, &s); err != nil {
		log.Fatal("settings: ", err)
	}
	handler, err := services[os.Args[1]](s)
	if err != nil {
		log.Fatal(err)
	}
	// No write timeout: being slow is what some of the services are for.
	server := &http.Server{Addr: s.Listen, Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	if s.Certificate != "" {
		log.Fatal(server.ListenAndServeTLS(s.Certificate, s.Key))
	}
	log.Fatal(server.ListenAndServe())
}
