/**
 * What the core says, in the client's language: sentences of errors, runs, steps, plans and checks. Pure, and apart from who
 * says them: many come out of step scripts, run folders and clusters, some of them written by earlier versions.
 * Start reading at localizer.ts, then translator.ts; the tables lie in chinese/.
 */
export { type Localizer, localizerFor } from './localizer.ts';
