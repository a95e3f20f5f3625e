/** What somebody may do in a space, as the API server tells it. */
export { isAllowed, missingRights } from './missingRights.ts';
export { isAllowedBy, rulesReviewSchema, type Right } from './rules.ts';
