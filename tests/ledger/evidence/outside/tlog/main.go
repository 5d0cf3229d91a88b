// Command tlog runs code of transparency-dev on what our log hands out.
//
//	tlog fsck LOG-DIRECTORY VKEY    Tessera's check of a whole log
//	tlog note NOTE VKEY...          the names whose lines verify, one a line
//	tlog witness VKEY SECRET        a witness that knows one log; it prints where it listens
//
// It ends with 1 and one line that says what is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"time"

	f_note "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/api"
	"github.com/transparency-dev/tessera/client"
	"github.com/transparency-dev/tessera/fsck"
	"github.com/transparency-dev/witness/persistence/inmemory"
	"github.com/transparency-dev/witness/witness"
	"golang.org/x/mod/sumdb/note"
)

func leaves(bundle []byte) ([][]byte, error) {
	entries := api.EntryBundle{}
	if err := entries.UnmarshalText(bundle); err != nil {
		return nil, err
	}
	hashes := make([][]byte, len(entries.Entries))
	for i, entry := range entries.Entries {
		hashes[i] = rfc6962.DefaultHasher.HashLeaf(entry)
	}
	return hashes, nil
}

func checkLog(dir, vkey string) error {
	verifier, err := f_note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	// A worker of fsck ends with the first fault that it finds, and the rest of the check waits for
	// ever once all of them have. Hence many of them, and somebody who loses patience.
	files, ended := client.FileFetcher{Root: dir}, make(chan error, 1)
	check := fsck.New(verifier.Name(), verifier, files, leaves, fsck.Opts{N: 64})
	go func() { ended <- check.Check(context.Background()) }()
	select {
	case err := <-ended:
		return err
	case <-time.After(2 * time.Minute):
		return errors.New("fsck did not end, as it does when many tiles are wrong")
	}
}

// verifier reads a key of a log (kind 01) or of a cosigner (kinds 04 and 06).
func verifier(vkey string) (note.Verifier, error) {
	if one, err := f_note.NewVerifier(vkey); err == nil {
		return one, nil
	}
	return f_note.NewVerifierForCosignatureV1(vkey)
}

func checkNote(path string, vkeys []string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var known []note.Verifier
	for _, vkey := range vkeys {
		one, err := verifier(vkey)
		if err != nil {
			return err
		}
		known = append(known, one)
	}
	opened, err := note.Open(data, note.VerifierList(known...))
	if err != nil {
		return err
	}
	for _, signature := range opened.Sigs {
		fmt.Printf("%s %08x\n", signature.Name, signature.Hash)
	}
	return nil
}

func serve(vkey, secret string) error {
	log, err := f_note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	signer, err := f_note.NewSignerForCosignatureV1(secret)
	if err != nil {
		return err
	}
	known := func(_ context.Context, origin string) (note.Verifier, bool, error) {
		return log, origin == log.Name(), nil
	}
	one, err := witness.New(context.Background(), witness.Opts{
		Persistence: inmemory.New(), Signers: []note.Signer{signer}, VerifierForLog: known,
	})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/\n", listener.Addr())
	http.HandleFunc("POST /add-checkpoint", witness.NewHTTPHandler(one).AddCheckpoint)
	go func() { // whoever started it closes its standard input, or is gone
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	return http.Serve(listener, nil)
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "fsck":
		return checkLog(args[1], args[2])
	case len(args) >= 3 && args[0] == "note":
		return checkNote(args[1], args[2:])
	case len(args) == 3 && args[0] == "witness":
		return serve(args[1], args[2])
	}
	return fmt.Errorf("fsck LOG-DIRECTORY VKEY | note NOTE VKEY... | witness VKEY SECRET")
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Println("BAD", err)
		os.Exit(1)
	}
}
