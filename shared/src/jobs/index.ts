/**
 * Jobs: what to run. Reads and completes a job spec, reads the notebook, its parameters and the files that travel with it.
 * Pure: files are read only through the JobFolder that a caller hands over; it imports protocol and pipeline.
 * Start reading at prepare/prepareJob.ts.
 */
export { chooseCompanions } from './companions/chooseCompanions.ts';
export type { CompanionOptions } from './companions/chooseCompanions.ts';
export { folderNamesThatStay } from './companions/defaultRules.ts';
export { ignoreFileName, TreeRules } from './companions/treeRules.ts';
export { parseDuration } from './duration.ts';
export type { FolderEntry, JobFolder } from './folder.ts';
export type { NotebookCell, NotebookDocument } from './notebook/notebookDocument.ts';
export { readNotebook } from './notebook/readNotebook.ts';
export { checkParameters } from './parameters/checkParameters.ts';
export { inferParameters } from './parameters/inferParameters.ts';
export { parseParameterArgument, parseParameterValue } from './parameters/parameterText.ts';
export { checkRelativePath } from './paths.ts';
export { buildRunFile } from './prepare/buildRunFile.ts';
export type { RunFileOptions } from './prepare/buildRunFile.ts';
export { prepareJob } from './prepare/prepareJob.ts';
export type {
  JobSubmission,
  PreparedJob,
  PreparedParameter,
  PreparedRequirements,
  PreparedTests,
} from './prepare/preparedJob.ts';
export { runName } from './runName.ts';
export { formatSpec } from './spec/formatSpec.ts';
export { parseSpecText } from './spec/parseSpecText.ts';
export type { SpecProblem, SpecReading } from './spec/parseSpecText.ts';
export { specJsonSchema } from './spec/specSchema.ts';
export { nearNames } from './words.ts';
