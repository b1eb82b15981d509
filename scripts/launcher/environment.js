/**
 * The environment of a process that runs models.
 * @param {Record<string, string>} found what the set-up found out about this machine
 */
export function engineEnvironment(found) {
  return {
    // With glibc's default of many arenas, memory grows for longer over model swaps before it levels out.
    MALLOC_ARENA_MAX: '2',
    // onnxruntime reads it when it is loaded: no uploader, no device identifier.
    ORT_DISABLE_TELEMETRY: '1',
    ...process.env,
    ...found,
  };
}
