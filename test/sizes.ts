/**
 * For promises that name a size. `npm run soak` keeps them at that size, with SLIPWAY_TEST_FULL_SIZE=true; `npm test` at a smaller one that goes
 * the same ways: hundreds of megabytes cost minutes of a processor.
 */
export function sized(full: number, usual: number): number {
  return process.env.SLIPWAY_TEST_FULL_SIZE === 'true' ? full : usual;
}
