{{- define "havenmeester.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "havenmeester.fullname" -}}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains (include "havenmeester.name" .) .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name (include "havenmeester.name" .) | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "havenmeester.selector" -}}
app.kubernetes.io/name: {{ include "havenmeester.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "havenmeester.labels" -}}
{{ include "havenmeester.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "havenmeester.serviceAccount" -}}
{{- if .Values.serviceAccount.create }}
{{- default (include "havenmeester.fullname" .) .Values.serviceAccount.name }}
{{- else }}
{{- required "serviceAccount.name: name the ServiceAccount, or set serviceAccount.create" .Values.serviceAccount.name }}
{{- end }}
{{- end }}

{{- /* What the daemon is told of its store. */}}
{{- define "havenmeester.store" -}}
{{- if eq .Values.store.kind "s3" }}
{{- required "store.s3.url: write s3://bucket/prefix" .Values.store.s3.url }}
{{- else -}}
/var/lib/havenmeester
{{- end }}
{{- end }}

{{- define "havenmeester.claim" -}}
{{- if eq .Values.store.kind "existingClaim" }}
{{- required "store.existingClaim: name the PersistentVolumeClaim" .Values.store.existingClaim }}
{{- else -}}
{{ include "havenmeester.fullname" . }}
{{- end }}
{{- end }}

{{- /* Settings that cannot work together. */}}
{{- define "havenmeester.check" -}}
{{- if and (gt (int .Values.replicas) 1) (eq .Values.store.kind "volume") (not (has "ReadWriteMany" .Values.store.volume.accessModes)) }}
{{- fail "store.volume.accessModes: every replica writes captures, so replicas: 2 or more need ReadWriteMany; or set replicas: 1, or store.kind: s3" }}
{{- end }}
{{- if and (gt (int .Values.replicas) 1) (eq .Values.store.kind "ephemeral") }}
{{- fail "store.kind: ephemeral is one pod's own; set replicas: 1" }}
{{- end }}
{{- end }}
