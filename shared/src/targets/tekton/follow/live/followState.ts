/** How a run is being followed, for people. */
export interface FollowState {
  /**
   * `idle`: nobody reads it. `waiting`: no pod of it runs. `exec`: by the helper in its pod. `api`: by the API's logs.
   * `ended`: nothing comes any more.
   */
  readonly mode: 'idle' | 'waiting' | 'exec' | 'api' | 'ended';
  /** True while a connection to the helper is open, whatever comes of it. */
  readonly connected: boolean;
  /** Epoch ms since when nothing can be read although there may be something. */
  readonly staleSince: number | undefined;
  /** What a person has to know about what is shown, in sentences. */
  readonly notes: readonly string[];
}
