import type { ZodError } from 'zod';

type Issues = Pick<ZodError, 'issues'>;

/**
 * What a schema found wrong, in one line.
 *
 * @example describeIssues(error) // → 'sampling.topP: Too big: expected number to be <=1; name: Required'
 */
export function describeIssues(error: Issues): string {
  return error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.map(String).join('.')}: ${issue.message}` : issue.message))
    .join('; ');
}
