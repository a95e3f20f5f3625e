// Command tkn is Tekton's own client with its commands for runs: what ours is
// compared with. The whole program needs a module that is not to be had.
package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/tektoncd/cli/pkg/cli"
	"github.com/tektoncd/cli/pkg/cmd/pipelinerun"
	"github.com/tektoncd/cli/pkg/cmd/taskrun"
)

func main() {
	params := &cli.TektonParams{}
	root := &cobra.Command{Use: "tkn", Short: "Tekton's client, its commands for runs"}
	root.AddCommand(pipelinerun.Command(params), taskrun.Command(params))
	if root.Execute() != nil {
		os.Exit(1)
	}
}
