import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRuntimeLog } from '../../../src/cli/doctor/runtime-log.js';

const escape = String.fromCharCode(27);
const log = `2026-11-22 02:25:09.869807102 [I:onnxruntime:, graph_transformer.cc:15 Apply] GraphTransformer MemcpyTransformer modified: 1 with status: OK
2026-11-22 02:25:09.869807103 [W:onnxruntime:, transformer_memcpy.cc:83 ApplyImpl] 2 Memcpy nodes are added to the graph main_graph for CUDAExecutionProvider.
2026-11-22 02:25:09.869845440 [V:onnxruntime:, session_state.cc:1378 VerifyEachNodeIsAssignedToAnEp] Node placements
2026-11-22 02:25:09.869853091 [V:onnxruntime:, session_state.cc:1384 VerifyEachNodeIsAssignedToAnEp]  Node(s) placed on [CPUExecutionProvider]. Number of nodes: 1
2026-11-22 02:25:09.869853092 [V:onnxruntime:, session_state.cc:1384 VerifyEachNodeIsAssignedToAnEp]  Node(s) placed on [CUDAExecutionProvider]. Number of nodes: 9
Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory
    at operator() (/build/BackendVk.cpp:364)

${escape}[1;31m2026-11-22 02:25:10.708249503 [E:onnxruntime:node, provider_bridge_ort.cc:2146 Create] Failed to load library${escape}[m
Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory
`;

describe("what is read from onnxruntime's own words", () => {
  it('is where the nodes were placed', () => {
    assert.deepEqual(readRuntimeLog(log).placedOn, ['CPUExecutionProvider', 'CUDAExecutionProvider']);
  });
  it('is every warning and error once, and what others print, without colours, call stacks and what only its makers read', () => {
    assert.deepEqual(readRuntimeLog(log).printed, [
      '2 Memcpy nodes are added to the graph main_graph for CUDAExecutionProvider.',
      "Warning: Couldn't load Vulkan: libvulkan.so.1: cannot open shared object file: No such file or directory",
      'Failed to load library',
    ]);
  });
  it('is bounded', () => {
    const { printed } = readRuntimeLog(Array.from({ length: 100 }, (_unused, index) => `line ${index}`).join('\n'));
    assert.equal(printed.length, 8);
  });
});
