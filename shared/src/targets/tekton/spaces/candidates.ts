/** Spaces to look at, where nobody may list them. */
export interface SpaceHints {
  /** The one in use. */
  readonly current: string;
  /** Those that the profile names. */
  readonly named: readonly string[];
  /** Of the person: groups are often called like the spaces of their members. */
  readonly groups: readonly string[];
}

const label = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
/** More are not asked for: each costs requests. */
const most = 50;

/** Names that may be spaces of this person, those first that somebody named. Pure. */
export function spaceCandidates({ current, named, groups }: SpaceHints): readonly string[] {
  const fromGroups = groups.flatMap((group) => {
    // `/lab/team-a` of Keycloak, `oidc:team-a` with a prefix.
    const name = group.split(/[/:]/).at(-1) ?? '';
    return group.startsWith('system:') || !label.test(name) ? [] : [name];
  });
  return [...new Set([current, ...named, ...fromGroups])].slice(0, most);
}

/** Of listed namespaces those to look at: the system's own are nobody's space. Pure. */
export function listedSpaces(names: readonly string[], { current, named }: SpaceHints): readonly string[] {
  const own = names.filter((name) => !/^(kube-|openshift-|(openshift|default|tekton-pipelines)$)/.test(name));
  return [...new Set([current, ...named.filter((name) => names.includes(name)), ...own])];
}
