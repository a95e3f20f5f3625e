/**
 * Looking before anything is sent (`preflight`), and trying all of it (`doctor`). Reads the cluster; only the doctor's trial
 * runs write. Start reading at preflight.ts.
 */
export { doctor, type DoctorOptions } from './doctor.ts';
export { preflight, type PreflightOptions } from './preflight.ts';
export { verbsHere, whoAmI } from './accessChecks.ts';
export { devicesOf } from './nodeChecks.ts';
export { quotaSchema } from './quotaChecks.ts';
export { readAll } from './readAll.ts';
export { verbsOf, verbWords, type RequiredVerb } from './requiredVerbs.ts';
