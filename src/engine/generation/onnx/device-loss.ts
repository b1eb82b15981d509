import { ContinuoError } from '../../errors.js';
import { providerFacts, type OrtProvider } from './providers.js';

/**
 * What onnxruntime says of a run when its device cannot go on. Of CUDA and its libraries every failure counts: inputs are
 * checked before, so that what comes from the driver means that the context is broken (700 illegal address, 719 launch
 * failure), that the device is gone or taken (46, 100, 101), or that its memory is full (2); running on is possible after
 * none of them. The words are those of onnxruntime 1.29's CUDA_CALL and BFCArena, of DXGI and of Dawn.
 */
const signs: Readonly<Record<OrtProvider, readonly RegExp[]>> = {
  cpu: [],
  cuda: [
    /\b(CUDA|CUDNN|CUDNN_FE|CUBLAS|CUBLASLT|CURAND|CUFFT|CUSPARSE) failure -?\d+/i,
    /\bcudaError[A-Z]\w+/,
    /\bCUDA error\b/i,
    /\bCU(BLAS|DNN|RAND)_STATUS_(?!SUCCESS)\w+/,
    /failed to allocate memory for requested buffer/i,
    /\bout of memory\b/i,
    /\bdevice (is )?(unavailable|lost)\b/i,
  ],
  directml: [
    /DXGI_ERROR_(DEVICE_REMOVED|DEVICE_HUNG|DEVICE_RESET|DRIVER_INTERNAL_ERROR)/,
    /\b(0x)?887A00(05|06|07|20)\b/i,
    /\b(0x)?8007000E\b/i,
    /GPU device instance has been suspended/i,
    /GPU will not respond to more commands/i,
    /device (is )?(removed|lost)/i,
    /\bout of memory\b/i,
  ],
  coreml: [],
  webgpu: [/\bdevice (was |is |has been )?lost\b/i, /VK_ERROR_DEVICE_LOST/, /DXGI_ERROR_DEVICE_/, /VK_ERROR_OUT_OF_(DEVICE|HOST)_MEMORY/, /\bout of memory\b/i],
};

/** Whether a run that failed with these words means that its device cannot go on. */
export function isDeviceLoss(provider: OrtProvider, words: string): boolean {
  return signs[provider].some((sign) => sign.test(words));
}

/** The error of a run that failed: `deviceLost` where the device is why, `modelFailed` else. */
export function runFault(provider: OrtProvider, file: string, cause: unknown): ContinuoError {
  const words = cause instanceof Error ? cause.message : String(cause);
  if (!isDeviceLoss(provider, words)) return new ContinuoError('modelFailed', `the model ${file} failed: ${words}`, { cause });
  return new ContinuoError('deviceLost', `${providerFacts[provider].title} was lost while the model ran: ${shortReason(words)}`, { cause });
}

/**
 * The part of onnxruntime's words that says what is wrong, without its source files and template types.
 * @example shortReason('/onnxruntime_src/… CUDA failure 35: driver too old ; GPU=-1 ; …') // → 'CUDA failure 35: driver too old'
 */
export function shortReason(words: string): string {
  const failure = /\b(CU[A-Z_]+) failure -?\d+: [^;\n]+/i.exec(words);
  if (failure) return failure[0].trim();
  return words.trim().split('\n')[0].replace(/^.* was false\. /, '').replace(/^Non-zero status code returned while running .*? Status Message: /, '').trim();
}
