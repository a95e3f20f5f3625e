/** What somebody may do in a space, as the API server tells it. */
export { isAllowed, missingRights, reviewRules } from './missingRights.ts';
export { isAllowedBy, type Right } from './rules.ts';
