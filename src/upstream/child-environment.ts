/** What a child gets of our environment unless told otherwise: enough to run, no secrets. */
const PASSED_ON = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER', 'LANG', 'TZ', 'TMPDIR'];

/**
 * The environment of a child: the variables above, and each `--env` entry, NAME (passed on
 * from ours) or NAME=VALUE; or all of ours with `inheritAll`.
 */
export function childEnvironment(
  entries: readonly string[],
  inheritAll: boolean,
  ours: NodeJS.ProcessEnv = process.env,
): Record<string, string> {
  const child: Record<string, string> = {};
  const names = inheritAll ? Object.keys(ours) : PASSED_ON;
  const passOn = (name: string): void => {
    const value = ours[name];
    if (value !== undefined) child[name] = value;
  };
  for (const name of names) passOn(name);
  for (const entry of entries) {
    const equals = entry.indexOf('=');
    if (equals === -1) passOn(entry);
    else child[entry.slice(0, equals)] = entry.slice(equals + 1);
  }
  return child;
}
