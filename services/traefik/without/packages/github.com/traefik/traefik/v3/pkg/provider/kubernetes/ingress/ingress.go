// Package ingress stands in for Traefik's provider of the same path, which no site uses.
package ingress

import (
	"errors"

	"github.com/traefik/traefik/v3/pkg/config/dynamic"
	"github.com/traefik/traefik/v3/pkg/safe"
)

// ProviderName is the provider's name in Traefik's configuration.
const ProviderName = "kubernetes"

// Provider has the fields that Traefik's own configuration sets or checks.
type Provider struct {
	DefaultRuleSyntax string
}

// Init refuses: who configures this provider reads so in Traefik's log.
func (*Provider) Init() error {
	return errors.New("provider kubernetes: left out of this build")
}

// Provide is never called, since Init refuses.
func (*Provider) Provide(chan<- dynamic.Message, *safe.Pool) error {
	return nil
}
