// Package ext stands in for Traefik's nested module of the same path: the place where a commercial build adds fields
// to its dynamic configuration. The open build has none.
package ext

// HTTP is embedded in the HTTP section of the dynamic configuration.
type HTTP struct{}

// Router is embedded in each HTTP router.
type Router struct{}
