// Package ingressnginx stands in for Traefik's provider of the same path, which no site uses.
package ingressnginx

import (
	"errors"

	"github.com/traefik/traefik/v3/pkg/config/dynamic"
	"github.com/traefik/traefik/v3/pkg/safe"
)

// ProviderName is the provider's name in Traefik's configuration.
const ProviderName = "kubernetesingressnginx"

// Provider has the fields that Traefik's own configuration sets or checks.
type Provider struct {
	NonTLSEntryPoints      []string
	WatchNamespace         string
	WatchNamespaceSelector string
}

// Init refuses: who configures this provider reads so in Traefik's log.
func (*Provider) Init() error {
	return errors.New("provider kubernetesingressnginx: left out of this build")
}

// Provide is never called, since Init refuses.
func (*Provider) Provide(chan<- dynamic.Message, *safe.Pool) error {
	return nil
}
