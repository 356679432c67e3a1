/** Imports point one way: command line -> composition root -> roles -> moving bytes -> workers. */

/** The folders of src/ that each folder may import, besides itself and the files that stand in src/ alone. */
const MAY_IMPORT = {
  bench: ['framing', 'options'],
  cli: ['bench', 'config', 'framing', 'frontend', 'lane', 'multiplex', 'options', 'session'],
  config: ['framing', 'lane', 'multiplex', 'options', 'session'],
  connection: ['framing', 'frontend', 'lane', 'options', 'session', 'transport'],
  framing: [],
  frontend: ['framing', 'lane', 'options', 'session', 'transport'],
  lane: ['framing'],
  multiplex: ['framing', 'lane', 'session', 'upstream'],
  options: [],
  session: ['framing', 'lane', 'transport', 'upstream'],
  transport: ['framing', 'lane'],
  upstream: ['config', 'framing', 'lane', 'transport'],
};
const COMPOSITION_ROOT = '^src/(gateway|mode|index)\\.ts$';

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'workers-know-no-gateway',
      comment: 'Code that runs in a worker thread never imports gateway code.',
      severity: 'error',
      from: { path: '^workers/' },
      to: { path: '^(src|bench|test)/' },
    },
    {
      name: 'product-knows-no-tests-or-benches',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { path: '^(test|bench)/' },
    },
    ...Object.entries(MAY_IMPORT).map(([folder, others]) => ({
      name: `src-${folder}-imports-its-own`,
      severity: 'error',
      from: { path: `^src/${folder}/` },
      to: { path: '^src/[^/]+/', pathNot: `^src/(${[folder, ...others].join('|')})/` },
    })),
    {
      name: 'folders-are-in-the-table',
      comment: 'A new folder of src/ has to be added to MAY_IMPORT.',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/(${Object.keys(MAY_IMPORT).join('|')})/` },
      to: {},
    },
    {
      name: 'what-all-may-use-imports-no-folder',
      severity: 'error',
      from: { path: '^src/[^/]+\\.ts$', pathNot: COMPOSITION_ROOT },
      to: { path: '^src/[^/]+/' },
    },
    {
      name: 'only-the-command-line-imports-the-composition-root',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: `^src/cli/|${COMPOSITION_ROOT}` },
      to: { path: COMPOSITION_ROOT },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js'],
    },
  },
};
