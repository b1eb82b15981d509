import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isDeviceLoss, runFault, shortReason } from '../../../../src/engine/generation/onnx/device-loss.js';
import { providers, type OrtProvider } from '../../../../src/engine/generation/onnx/providers.js';

/** The form of onnxruntime 1.29: `%s failure %d: %s ; GPU=%d ; hostname=%s ; file=%s ; line=%d ; expr=%s; %s`. */
const cudaCall = (library: string, code: number, words: string): string =>
  'Non-zero status code returned while running MatMul node. Name:\'/layers.0/MatMul\' Status Message: ' +
  '/onnxruntime_src/onnxruntime/core/providers/cuda/cuda_call.cc:132 std::conditional_t<THRW, void, onnxruntime::common::Status> ' +
  `onnxruntime::CudaCall(ERRTYPE, const char*, const char*, SUCCTYPE, const char*, const char*, int) [with ERRTYPE = cudaError; bool THRW = true] ` +
  `${library} failure ${code}: ${words} ; GPU=0 ; hostname=stage ; file=/onnxruntime_src/x.cc ; line=66 ; expr=cudaStreamSynchronize(stream); `;

const losses: readonly [OrtProvider, string][] = [
  ['cuda', cudaCall('CUDA', 719, 'unspecified launch failure')],
  ['cuda', cudaCall('CUDA', 700, 'an illegal memory access was encountered')],
  ['cuda', cudaCall('CUDA', 46, 'CUDA-capable device(s) is/are busy or unavailable')],
  ['cuda', cudaCall('CUDA', 999, 'unknown error')],
  ['cuda', cudaCall('CUDA', 2, 'out of memory')],
  ['cuda', cudaCall('CUDA', 79, 'GPU is lost')],
  ['cuda', cudaCall('CUBLAS', 13, 'CUBLAS_STATUS_EXECUTION_FAILED')],
  ['cuda', cudaCall('CUDNN', 4, 'CUDNN_STATUS_INTERNAL_ERROR')],
  ['cuda', 'cudaErrorLaunchFailure'],
  ['cuda', '/onnxruntime_src/onnxruntime/core/framework/bfc_arena.cc:376 void* onnxruntime::BFCArena::AllocateRawInternal(size_t, bool, onnxruntime::Stream*) Failed to allocate memory for requested buffer of size 1073741824'],
  ['directml', 'DmlExecutionProvider/src/MLOperatorAuthorImpl.cpp(2839)\\onnxruntime.dll!00007FFB: Exception(3) 887A0005 The GPU device instance has been suspended. Use GetDeviceRemovedReason to determine the appropriate action.'],
  ['directml', 'DXGI_ERROR_DEVICE_REMOVED'],
  ['directml', 'Exception(1) 887A0006 The GPU will not respond to more commands, most likely because of an invalid command passed by the calling application.'],
  ['directml', 'Exception(2) 8007000E Not enough memory resources are available to complete this operation.'],
  ['webgpu', 'WebGPU device lost (2): VK_ERROR_DEVICE_LOST'],
  ['webgpu', 'WebGPU validation failed. Device was lost.'],
];

const otherFaults: readonly string[] = [
  "input 'plen' is missing in 'feeds'.",
  'Non-zero status code returned while running Reshape node. Name:\'r\' Status Message: The input tensor cannot be reshaped to the requested shape. Input shape:{1,3}, requested shape:{2,2}',
  'Got invalid dimensions for input: ids for the following indices index: 0 Got: 2 Expected: 1 Please fix either the inputs/outputs or the model.',
  'Non-zero status code returned while running Gather node. Name:\'g\' Status Message: indices element out of data bounds, idx=9999 must be within the inclusive range [-3406,3405]',
];

describe('the loss of a device', () => {
  for (const [provider, words] of losses) {
    it(`is known by its words: ${provider}, ${shortReason(words).slice(0, 60)}`, () => {
      assert.equal(isDeviceLoss(provider, words), true);
      assert.equal(runFault(provider, 'step.onnx', new Error(words)).errorName, 'deviceLost');
    });
  }

  it('is not taken from a fault of the model or of its inputs, whatever it runs on', () => {
    for (const provider of providers) {
      for (const words of otherFaults) {
        assert.equal(isDeviceLoss(provider, words), false, `${provider}: ${words}`);
        assert.equal(runFault(provider, 'step.onnx', new Error(words)).errorName, 'modelFailed');
      }
    }
  });

  it('cannot be that of the CPU: nothing is left to go on with', () => {
    for (const [, words] of losses) assert.equal(isDeviceLoss('cpu', words), false);
  });

  it('is told in a sentence without source files', () => {
    const { message } = runFault('cuda', 'step.onnx', new Error(losses[0][1]));
    assert.equal(message, 'CUDA was lost while the model ran: CUDA failure 719: unspecified launch failure');
  });
});

describe('shortReason', () => {
  it('leaves out the places in the source and keeps what happened', () => {
    const webgpu =
      '/onnxruntime_src/onnxruntime/core/providers/webgpu/webgpu_context.cc:100 onnxruntime::webgpu::WebGpuContext::Initialize(const onnxruntime::webgpu::WebGpuContextConfig&)::<lambda()> adapter_result.status == wgpu::RequestAdapterStatus::Success was false. Failed to get a WebGPU adapter: No supported adapters\n (libvulkan.so.1: cannot open)';
    assert.equal(shortReason(webgpu), 'Failed to get a WebGPU adapter: No supported adapters');
    assert.equal(shortReason(otherFaults[0]), otherFaults[0]);
  });
});
