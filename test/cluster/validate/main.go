// Command validate checks PipelineRuns with Tekton's own code, as its
// admission webhook does: decode strictly, set defaults, validate.
//
// Its arguments are YAML or JSON files, each with one document or several;
// without arguments it reads standard input. For each file it prints one line:
//
//	{"file": "run.yaml", "valid": false, "errors": ["…"], "warnings": ["…"]}
//
// It ends with 1 when a file is not valid.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	utilyaml "k8s.io/apimachinery/pkg/util/yaml"
	"knative.dev/pkg/apis"
	"sigs.k8s.io/yaml"
)

type report struct {
	File     string   `json:"file"`
	Valid    bool     `json:"valid"`
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
}

func main() {
	files := os.Args[1:]
	if len(files) == 0 {
		files = []string{"/dev/stdin"}
	}
	allValid := true
	out := json.NewEncoder(os.Stdout)
	for _, file := range files {
		r := check(file)
		allValid = allValid && r.Valid
		if err := out.Encode(r); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(2)
		}
	}
	if !allValid {
		os.Exit(1)
	}
}

func check(file string) report {
	r := report{File: file, Errors: []string{}, Warnings: []string{}}
	text, err := os.ReadFile(file)
	if err != nil {
		r.Errors = append(r.Errors, err.Error())
		return r
	}
	runs := 0
	for document, err := range documents(text) {
		if err == nil && kindOf(document) != "PipelineRun" {
			continue
		}
		runs++
		if err == nil {
			err = validate(document, &r)
		}
		if err != nil {
			r.Errors = append(r.Errors, err.Error())
		}
	}
	if runs == 0 {
		r.Errors = append(r.Errors, "there is no PipelineRun in this file")
	}
	r.Valid = len(r.Errors) == 0
	return r
}

// documents yields each document of a file as JSON. A duplicate key is an error.
func documents(text []byte) func(yield func([]byte, error) bool) {
	return func(yield func([]byte, error) bool) {
		reader := utilyaml.NewYAMLReader(bufio.NewReader(bytes.NewReader(text)))
		for {
			document, err := reader.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err == nil {
				document, err = yaml.YAMLToJSONStrict(document)
			}
			if string(document) == "null" {
				continue
			}
			if !yield(document, err) || err != nil {
				return
			}
		}
	}
}

func kindOf(document []byte) string {
	var object struct {
		Kind string `json:"kind"`
	}
	if json.Unmarshal(document, &object) != nil {
		return ""
	}
	return object.Kind
}

// validate does what the webhook does when an object is created.
func validate(document []byte, r *report) error {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	var run v1.PipelineRun
	if err := decoder.Decode(&run); err != nil {
		return fmt.Errorf("cannot decode: %w", err)
	}
	if run.APIVersion != "tekton.dev/v1" {
		return fmt.Errorf("apiVersion is %q, not tekton.dev/v1", run.APIVersion)
	}
	if run.Name == "" && run.GenerateName != "" {
		// The API server does this before it asks the webhook.
		run.Name = run.GenerateName + "abcde"
	}
	ctx := apis.WithinCreate(context.Background())
	run.SetDefaults(ctx)
	found := run.Validate(ctx)
	if warning := found.Filter(apis.WarningLevel); warning != nil {
		r.Warnings = append(r.Warnings, warning.Error())
	}
	if refused := found.Filter(apis.ErrorLevel); refused != nil {
		return refused
	}
	return nil
}
