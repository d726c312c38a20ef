// Re-encodes the image of an OCI layout: seekable LAYOUT OUT estargz|zstd:chunked [CHUNK-BYTES]
package main

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"

	"github.com/containerd/stargz-snapshotter/estargz"
	"github.com/containers/storage/pkg/chunked/compressor"
)

type object = map[string]any

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(dir, digest string) []byte {
	b, err := os.ReadFile(filepath.Join(dir, "blobs", "sha256", digest[7:]))
	check(err)
	return b
}

func write(dir string, b []byte) (string, int) {
	name := fmt.Sprintf("%x", sha256.Sum256(b))
	check(os.WriteFile(filepath.Join(dir, "blobs", "sha256", name), b, 0o644))
	return "sha256:" + name, len(b)
}

func parse(b []byte) (o object) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	check(d.Decode(&o))
	return o
}

func text(o object) []byte {
	b, err := json.Marshal(o)
	check(err)
	return b
}

func stargz(tar []byte, chunk int) ([]byte, string, object) {
	options := []estargz.Option{}
	if chunk > 0 {
		options = append(options, estargz.WithChunkSize(chunk))
	}
	blob, err := estargz.Build(io.NewSectionReader(bytes.NewReader(tar), 0, int64(len(tar))), options...)
	check(err)
	b, err := io.ReadAll(blob)
	check(err)
	return b, blob.DiffID().String(), object{estargz.TOCJSONDigestAnnotation: blob.TOCDigest().String()}
}

func chunked(tar []byte) ([]byte, string, object) {
	var out bytes.Buffer
	notes := map[string]string{}
	w, err := compressor.ZstdCompressor(&out, notes, nil)
	check(err)
	_, err = w.Write(tar)
	check(err)
	check(w.Close())
	all := object{}
	for k, v := range notes {
		all[k] = v
	}
	return out.Bytes(), fmt.Sprintf("sha256:%x", sha256.Sum256(tar)), all
}

func main() {
	from, to, kind, chunk := os.Args[1], os.Args[2], os.Args[3], 0
	if len(os.Args) > 4 {
		chunk, _ = strconv.Atoi(os.Args[4])
	}
	check(os.MkdirAll(filepath.Join(to, "blobs", "sha256"), 0o755))
	index, err := os.ReadFile(filepath.Join(from, "index.json"))
	check(err)
	top := parse(index)
	entry := top["manifests"].([]any)[0].(object)
	manifest := parse(read(from, entry["digest"].(string)))
	config := manifest["config"].(object)
	about := parse(read(from, config["digest"].(string)))
	ids := []any{}
	for _, l := range manifest["layers"].([]any) {
		layer := l.(object)
		var plain io.Reader = bytes.NewReader(read(from, layer["digest"].(string)))
		if z, err := gzip.NewReader(plain); err == nil {
			plain = z
		} else {
			plain = bytes.NewReader(read(from, layer["digest"].(string)))
		}
		tar, err := io.ReadAll(plain)
		check(err)
		var blob []byte
		var id string
		var notes object
		if kind == "estargz" {
			blob, id, notes = stargz(tar, chunk)
			layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar+gzip"
		} else {
			blob, id, notes = chunked(tar)
			layer["mediaType"] = "application/vnd.oci.image.layer.v1.tar+zstd"
		}
		layer["digest"], layer["size"] = write(to, blob)
		layer["annotations"] = notes
		ids = append(ids, id)
	}
	about["rootfs"].(object)["diff_ids"] = ids
	config["digest"], config["size"] = write(to, text(about))
	entry["digest"], entry["size"] = write(to, text(manifest))
	check(os.WriteFile(filepath.Join(to, "index.json"), text(top), 0o644))
	check(os.WriteFile(filepath.Join(to, "oci-layout"), []byte(`{"imageLayoutVersion":"1.0.0"}`), 0o644))
}
