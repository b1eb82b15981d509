/**
 * Keeps onnxruntime (1.29 and later) from creating its uploader and from writing a device identifier. The library reads
 * the process's own environment when it is loaded, and a worker's `process.env` is a copy unless it was made with
 * `SHARE_ENV`: call this in the main thread or in a worker that shares the environment, before the first import.
 */
export function turnTelemetryOff(): void {
  process.env.ORT_DISABLE_TELEMETRY = '1';
}
