import type { BenchOptions } from '../options/bench-options.js';

/** The resolved settings as a reader of the report wants to see them; nothing secret. */
export function describeSettings(options: BenchOptions): Readonly<Record<string, unknown>> {
  const { workload, target, disturbance } = options;
  return {
    connections: options.connections,
    ...describeModel(options),
    threads: options.threads,
    rampMs: options.rampMs,
    warmupMs: options.warmupMs,
    durationMs: options.durationMs,
    requests: options.requests,
    timeoutMs: options.timeoutMs,
    dialect: workload.dialect,
    framing: target.kind === 'websocket' ? 'websocket' : target.framing,
    messages: workload.messages.slice(0, 20).map((message) => ({
      method: message.method,
      weight: message.weight,
      notification: message.isNotification,
      paramsBytes:
        message.params === undefined ? 0 : Buffer.byteLength(JSON.stringify(message.params)),
    })),
    handshake: workload.handshake.map((step) => step.method),
    recordedMessages: workload.recording?.length ?? null,
    thinkTime: workload.thinkTime,
    seed: workload.seed,
    allowEcho: workload.allowEcho,
    expectations: options.expectations.map((expectation) => expectation.expression),
    disturbance,
  };
}

function describeModel({ model }: BenchOptions): Readonly<Record<string, unknown>> {
  if (model.kind === 'closed') return { depth: model.depth };
  if (model.kind === 'replay') return { replay: true };
  return { arrivals: model.arrivals, stages: model.stages };
}
