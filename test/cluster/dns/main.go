// Command dns is CoreDNS with only the plugins that the test cluster uses.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/bind"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/template"
)

func main() {
	// Their order here, not the one in the Corefile, is the order in which they are asked.
	dnsserver.Directives = []string{"bind", "errors", "cache", "kubernetes", "template"}
	coremain.Run()
}
