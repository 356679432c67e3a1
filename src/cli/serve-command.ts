import { Gateway } from '../gateway.js';
import { createLogger } from '../log.js';
import { asksForHelp } from '../options/arguments.js';
import { optionsHelp } from '../options/options-help.js';
import { SERVE_OPTION_GROUPS } from './serve-option-table.js';
import { parseServeOptions } from './serve-options.js';
import { firstSignal } from './stop-signals.js';

const SERVE_HELP = `Serves a JSON-RPC server to many clients.

  sluice serve [options] [-- command args...]

  sluice serve                                         the built-in echo on ws://127.0.0.1:4000
  sluice serve -- npx -y @modelcontextprotocol/server-everything
  sluice serve --framing content-length -- typescript-language-server --stdio
  sluice serve --listen stdio:// --upstream ws://127.0.0.1:4000

${optionsHelp(SERVE_OPTION_GROUPS)}

A SIZE has a unit: KiB, MiB or GiB (KB, MB and GB mean the same); a DURATION, too: ms, s, m or h.

The bound URL is printed alone on a line of stdout once clients are accepted; everything else
is said on stderr, and with stdio:// the URL, too. SIGTERM or SIGINT stops: what is in flight is
finished. A second signal stops at once, but not the same one within half a second.
`;

/** Runs the gateway until it is told to stop; the exit code. @throws SluiceError */
export async function serveCommand(argv: readonly string[]): Promise<number> {
  if (asksForHelp(argv)) {
    process.stdout.write(SERVE_HELP);
    return 0;
  }
  const config = parseServeOptions(argv);
  const log = createLogger(config.logLevel, config.logFormat);
  for (const warning of config.warnings) log.warn(warning);
  const stopAsked = firstSignal(() =>
    log.warn('stopped at once, at a second signal: what was in flight is lost'),
  ).then(() => ({ failure: null }));
  const gateway = await Gateway.start(config, log);
  // With stdio:// standard output carries the protocol only.
  const says = config.listen.some(({ kind }) => kind === 'stdio') ? process.stderr : process.stdout;
  for (const url of gateway.urls) says.write(`${url}\n`);
  const finished = await Promise.race([gateway.finished, stopAsked]);
  await gateway.stop();
  return finished.failure === null ? 0 : 1;
}
