import type { Arguments, OptionSpecs } from '../../options/arguments.js';
import type { OptionGroup } from '../../options/options-help.js';

const LOAD = {
  connections: { value: 'N', help: 'connections, or processes of a command [50; command: 1]' },
  depth: { value: 'N', help: 'closed model: requests in flight on each connection [1]' },
  rate: {
    value: 'R',
    help: 'open model: requests a second over all, due whatever the server does',
  },
  arrivals: { value: 'KIND', help: 'open model: uniform or poisson [uniform]' },
  stages: {
    value: 'LIST',
    help: 'open model: 10s@1000,5s@1000..8000 or step, spike, soak (of --rate)',
  },
  ramp: {
    value: 'DURATION',
    help: 'rate grows, or connections join, over this time; not counted [0s]',
  },
  warmup: { value: 'DURATION', help: 'load that is not counted [1s]' },
  duration: { value: 'DURATION', help: 'measured time [10s]' },
  requests: { value: 'N', help: 'measured requests, instead of --duration' },
  timeout: { value: 'DURATION', help: 'a reply after this is late [10s]' },
  threads: { value: 'N', help: 'threads of the generator [1]' },
  seed: { value: 'N', help: 'of payloads, mix and arrivals [1]' },
} as const satisfies OptionSpecs;

const TARGET = {
  framing: { value: 'KIND', help: "a command's stdio: ndjson or content-length [ndjson]" },
  processes: { value: 'N', help: 'how many processes of the command [1]' },
  header: { value: 'LINE', multiple: true, help: "'Name: value' for the upgrade" },
  'token-file': { value: 'FILE', help: 'sends the token in it as Authorization: Bearer' },
  subprotocol: { value: 'NAME', multiple: true, help: 'offers a WebSocket subprotocol' },
  insecure: { help: 'wss: takes any certificate' },
} as const satisfies OptionSpecs;

const MESSAGES = {
  method: { value: 'NAME', help: 'method of the request [echo]' },
  params: { value: 'JSON|@FILE', help: 'its params' },
  'payload-size': { value: 'SIZE', help: 'makes nested params so that a request has this size' },
  dialect: { value: '2.0|lite', help: 'with "jsonrpc":"2.0" or without [2.0]' },
  preset: { value: 'NAME', help: "mcp, lsp or codex: that kind's handshake, method and framing" },
  scenario: {
    value: 'FILE',
    help: 'handshake, mix, think time, answers; or a recording (.ndjson)',
  },
  'expect-result': {
    value: 'JSON|@SCHEMA',
    help: 'what each result must equal, or a JSON Schema file',
  },
  'allow-echo': { help: 'a request that comes back as it is counts as its reply' },
} as const satisfies OptionSpecs;

const QUESTIONS = {
  'find-max': { value: 'LIMITS', help: "highest rate within limits: 'p99<10ms,errors<0.1%'" },
  vs: { value: 'URL', help: 'measures two targets in turn and compares them' },
  rounds: { value: 'N', help: '--vs: rounds of each [5]' },
  expect: { value: 'LIMIT', multiple: true, help: "exits with 99 when broken: 'p99<5ms'" },
} as const satisfies OptionSpecs;

const DISTURBANCE = {
  'slow-readers': { value: 'N', help: 'connections that ask much and hardly read' },
  churn: { value: 'N/s', help: 'connections a second that come, ask once and go' },
  'big-messages': { value: 'N', help: 'connections with a request of 1 MiB in flight each' },
} as const satisfies OptionSpecs;

const OUTPUT = {
  json: { value: 'FILE', help: 'the complete result' },
  csv: { value: 'FILE', help: 'one line a second' },
  hgrm: { value: 'FILE', help: 'percentile distribution for HdrHistogram plotters' },
  report: { value: 'FILE.html', help: 'one page with charts' },
  quiet: { help: 'nothing while it runs' },
  help: { short: 'h', help: 'this text' },
} as const satisfies OptionSpecs;

/**
 * The options of `sluice bench`, as --help shows them. docs/bench.md explains them at more length.
 */
export const BENCH_OPTION_GROUPS: readonly OptionGroup[] = [
  { title: 'Load', options: LOAD },
  { title: 'Target', options: TARGET },
  { title: 'Messages', options: MESSAGES },
  { title: 'Questions', options: QUESTIONS },
  { title: 'Disturbance (beside the load; its figures stay apart)', options: DISTURBANCE },
  { title: 'Output', options: OUTPUT },
];

export const BENCH_OPTIONS = {
  ...LOAD,
  ...TARGET,
  ...MESSAGES,
  ...QUESTIONS,
  ...DISTURBANCE,
  ...OUTPUT,
};

export type BenchOption = keyof typeof BENCH_OPTIONS;

/** The command line of `sluice bench`, taken apart but not yet understood. */
export type BenchArguments = Arguments<BenchOption>;
