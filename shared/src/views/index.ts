/**
 * What all hosts show of runs, as data: words in English and 简体中文, states with icon and colour, durations, the order and
 * grouping of lists, the status item. Pure: no I/O, no clock, no DOM; the same for VS Code, JupyterLab and the panels.
 * Start reading at runView.ts.
 */
export { binaryBytes, quantityInWords, spanInWords, usedOfBytes } from './devEnvFormat.ts';
export {
  devEnvJobView,
  hopsInWords,
  transferInWords,
  transferOutcomeInWords,
  transferPercent,
  type DevEnvJobView,
} from './devEnvJob.ts';
export { devEnvView, hasTimeToTell, sizeInWords, stopQuestion, type DevEnvView } from './devEnvView.ts';
export { count, createClockFormat, formatAgo, formatDuration } from './format.ts';
export { runView, stateOf, stepView, type RunView, type StaleSince, type StepView, type ViewState } from './runView.ts';
export { groupByDay, newestFirst, type RunGroup } from './runList.ts';
export { everyRun, filteredRuns, isFiltering, stateFilters, type RunFilter, type StateFilter } from './runFilter.ts';
export { statusItem, type StatusItem } from './statusItem.ts';
export { findCell, type CellNow } from './findCell.ts';
export { cellLines, findingOf, retryOf, type CellLine, type Finding } from './finding.ts';
export { relativeTime } from './relativeTime.ts';
export { sentenceIn, type Sentences } from './sentences.ts';
export { nameParts, shortName, shownLine, shownText } from './shownText.ts';
export { spaceFacts } from './spaceFacts.ts';
export { specDifference, type SpecDifference } from './specDifference.ts';
export { stepGroups, type ShownStep, type StepGroup } from './stepGroups.ts';
export { diagnosisIn } from './translated.ts';
export { allWordsOf, type AllWords } from './words/allWords.ts';
export { wordsOf, type Words } from './words/index.ts';
