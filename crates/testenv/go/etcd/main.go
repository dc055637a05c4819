// etcd, as a program of its own: the server module carries no main package.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
	"go.etcd.io/etcd/server/v3/storage/wal"
)

// Write-ahead log files are allocated whole, two at a time. At etcd's own 64 MiB every small test cluster
// would hold 128 MiB of memory (its data is on tmpfs) before its first object.
const walSegmentBytes = 8 << 20

func main() {
	wal.SegmentSizeBytes = walSegmentBytes
	etcdmain.Main(os.Args)
}
