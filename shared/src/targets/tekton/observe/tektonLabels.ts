/** Labels that Tekton puts on what it makes for a PipelineRun. */
export const tektonLabels = {
  pipelineRun: 'tekton.dev/pipelineRun',
  pipelineTask: 'tekton.dev/pipelineTask',
  pipeline: 'tekton.dev/pipeline',
} as const;
