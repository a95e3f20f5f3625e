import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Vitest's own order (what failed, then the longest of the last time or the largest), but files with pages on a cluster come before the others:
 * they are small and wait for minutes, and at the end nobody computes beside them.
 */
export default class PagesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ project }: TestSpecification): boolean => project.name === 'cluster-hosts';
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}
