export { followContainerLog, type ContainerLogLine, type FollowLogOptions } from './followContainerLog.ts';
export { readContainerLog, type ReadLogOptions } from './readContainerLog.ts';
export { watchContainer, type ContainerReference, type ContainerWatch } from './containerWatch.ts';
export { containerState, type ContainerState } from './containerState.ts';
