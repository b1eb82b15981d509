const systemErrors: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'what should be a folder on the way there is a file',
  EACCES: 'this user may not do that',
  EPERM: 'this user may not do that',
  EROFS: 'it lies on a disk that can only be read',
  ENOSPC: 'the disk is full',
};

/**
 * Why something failed, as the end of a sentence; what the system says of files in words. Pure.
 *
 * @example `${file} cannot be read: ${reasonOf(cause)}` // → 'set.yaml cannot be read: there is no such file or folder'
 */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  return systemErrors[(cause as NodeJS.ErrnoException).code ?? ''] ?? cause.message;
}
