/** Imports point one way: command line -> composition root -> roles -> workers. */
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
      name: 'front-ends-know-no-upstreams',
      severity: 'error',
      from: { path: '^src/frontend/' },
      to: { path: '^src/upstream/' },
    },
    {
      name: 'upstreams-know-no-front-ends',
      severity: 'error',
      from: { path: '^src/upstream/' },
      to: { path: '^src/frontend/' },
    },
    {
      name: 'nobody-imports-the-command-line',
      severity: 'error',
      from: { path: '^(src|workers)/', pathNot: '^src/cli/' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'product-knows-no-tests-or-benches',
      severity: 'error',
      from: { path: '^(src|workers)/' },
      to: { path: '^(test|bench)/' },
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
