//go:build tools

// Names the program that is built from this module: `go build helm.sh/helm/v4/cmd/helm`.
package tools

import _ "helm.sh/helm/v4/pkg/cmd"
