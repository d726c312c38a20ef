module seekable

go 1.24

require (
	github.com/containerd/stargz-snapshotter/estargz v0.18.2
	github.com/containers/storage v1.59.1
)
