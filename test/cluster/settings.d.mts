/** Where the test cluster keeps its parts, as far as tests ask. */
export const paths: {
  readonly built: string;
  readonly volumes: string;
  readonly logs: string;
  readonly containerdSocket: string;
};
export const network: { readonly bridge: string };
