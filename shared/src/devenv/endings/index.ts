/** How the pod of a DevEnv ended, for when nothing is left of it. Pure. Start reading at lastEnd.ts. */
export { disruptionOf, type Disruption } from './disruptions.ts';
export {
  changedByFollowing,
  changedByEnd,
  changedByStop,
  parseLastEnd,
  reasonLine,
  type LastEnd,
  type PodEnd,
} from './lastEnd.ts';
