package types

import (
	"context"

	"go.opentelemetry.io/otel/sdk/resource"
)

// K8sAttributesDetector stands in for the one that asks Kubernetes about the pod that it is in. A site's Traefik is in none.
type K8sAttributesDetector struct{}

// Detect finds nothing.
func (K8sAttributesDetector) Detect(context.Context) (*resource.Resource, error) {
	return resource.Empty(), nil
}
