/** One flag of `sluice bench`; `value` names what it takes, absent for a switch. */
export interface Flag {
  readonly name: string;
  readonly value?: string;
  readonly isMultiple?: true;
  readonly help: string;
}

interface FlagGroup {
  readonly title: string;
  readonly flags: readonly Flag[];
}

/** Every flag, as --help shows them. docs/bench.md explains them at more length. */
const FLAG_GROUPS: readonly FlagGroup[] = [
  {
    title: 'Load',
    flags: [
      {
        name: 'connections',
        value: 'N',
        help: 'connections, or processes of a command (50; command: 1)',
      },
      {
        name: 'depth',
        value: 'N',
        help: 'closed model: requests in flight on each connection (1)',
      },
      {
        name: 'rate',
        value: 'R',
        help: 'open model: requests a second over all, due whatever the server does',
      },
      { name: 'arrivals', value: 'KIND', help: 'open model: uniform (default) or poisson' },
      {
        name: 'stages',
        value: 'LIST',
        help: 'open model: 10s@1000,5s@1000..8000 or step, spike, soak (of --rate)',
      },
      {
        name: 'ramp',
        value: 'TIME',
        help: 'rate grows, or connections join, over this time; not counted (0)',
      },
      { name: 'warmup', value: 'TIME', help: 'load that is not counted (1s)' },
      { name: 'duration', value: 'TIME', help: 'measured time (10s)' },
      { name: 'requests', value: 'N', help: 'measured requests, instead of --duration' },
      { name: 'timeout', value: 'TIME', help: 'a reply after this is late (10s)' },
      { name: 'threads', value: 'N', help: 'threads of the generator (1)' },
      { name: 'seed', value: 'N', help: 'of payloads, mix and arrivals (1)' },
    ],
  },
  {
    title: 'Target',
    flags: [
      {
        name: 'framing',
        value: 'KIND',
        help: "a command's stdio: ndjson (default) or content-length",
      },
      { name: 'processes', value: 'N', help: 'how many processes of the command (1)' },
      {
        name: 'header',
        value: 'LINE',
        isMultiple: true,
        help: "'Name: value' for the upgrade; repeatable",
      },
      { name: 'token-file', value: 'FILE', help: 'sends the token in it as Authorization: Bearer' },
      {
        name: 'subprotocol',
        value: 'NAME',
        isMultiple: true,
        help: 'offers a WebSocket subprotocol; repeatable',
      },
      { name: 'insecure', help: 'wss: takes any certificate' },
    ],
  },
  {
    title: 'Messages',
    flags: [
      { name: 'method', value: 'NAME', help: 'method of the request (echo)' },
      { name: 'params', value: 'JSON|@FILE', help: 'its params' },
      {
        name: 'payload-size',
        value: 'BYTES',
        help: 'makes nested params so that a request has this size',
      },
      { name: 'dialect', value: '2.0|lite', help: 'with "jsonrpc":"2.0" (default) or without' },
      {
        name: 'preset',
        value: 'NAME',
        help: "mcp, lsp or codex: that kind's handshake, method and framing",
      },
      {
        name: 'scenario',
        value: 'FILE',
        help: 'handshake, mix, think time, answers; or a recording (.ndjson)',
      },
      {
        name: 'expect-result',
        value: 'JSON|@SCHEMA',
        help: 'what each result must equal, or a JSON Schema file',
      },
      { name: 'allow-echo', help: 'a request that comes back as it is counts as its reply' },
    ],
  },
  {
    title: 'Questions',
    flags: [
      {
        name: 'find-max',
        value: 'LIMITS',
        help: "highest rate within limits: 'p99<10ms,errors<0.1%'",
      },
      { name: 'vs', value: 'URL', help: 'measures two targets in turn and compares them' },
      { name: 'rounds', value: 'N', help: '--vs: rounds of each (5)' },
      {
        name: 'expect',
        value: 'LIMIT',
        isMultiple: true,
        help: "exits with 99 when broken: 'p99<5ms'; repeatable",
      },
    ],
  },
  {
    title: 'Disturbance (beside the load; its figures stay apart)',
    flags: [
      { name: 'slow-readers', value: 'N', help: 'connections that ask much and hardly read' },
      { name: 'churn', value: 'N/s', help: 'connections a second that come, ask once and go' },
      {
        name: 'big-messages',
        value: 'N',
        help: 'connections with a request of 1 MiB in flight each',
      },
    ],
  },
  {
    title: 'Output',
    flags: [
      { name: 'json', value: 'FILE', help: 'the complete result' },
      { name: 'csv', value: 'FILE', help: 'one line a second' },
      { name: 'hgrm', value: 'FILE', help: 'percentile distribution for HdrHistogram plotters' },
      { name: 'report', value: 'FILE.html', help: 'one page with charts' },
      { name: 'quiet', help: 'nothing while it runs' },
      { name: 'help', help: 'this text' },
    ],
  },
];

export const FLAGS: readonly Flag[] = FLAG_GROUPS.flatMap((group) => group.flags);

const NAME_COLUMN = 30;

/** The text of `sluice bench --help`. */
export function helpText(): string {
  const lines = [
    'sluice bench URL [options]                 ws:// or wss://',
    'sluice bench [options] -- COMMAND args...  a server on stdio',
    'sluice bench compare BEFORE.json AFTER.json [--fail-over 10%]',
    '',
    'Measures a JSON-RPC server under load and checks every reply.',
  ];
  for (const group of FLAG_GROUPS) {
    lines.push('', `${group.title}:`);
    for (const flag of group.flags) {
      const name = `  --${flag.name}${flag.value === undefined ? '' : ` ${flag.value}`}`;
      lines.push(`${name.padEnd(NAME_COLUMN)} ${flag.help}`);
    }
  }
  lines.push('', 'Exit code: 0 good, 1 the run failed, 2 bad usage, 99 an --expect is broken.');
  return `${lines.join('\n')}\n`;
}
