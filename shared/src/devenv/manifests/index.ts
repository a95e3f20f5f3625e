/** What a DevEnv is made of: pure, from a person's wishes and the team profile. Start reading at objects.ts. */
export { devEnvText } from './devEnvText.ts';
export { renderClaim, renderPod, renderSecret, type DevEnvInput } from './objects.ts';
export { parseRecord, recordText, type DevEnvRecord } from './record.ts';
export { defaultDiskSize, defaultIdleStop, settleDevEnv, type SettledDevEnv } from './settledDevEnv.ts';
