// The native core under AddressSanitizer and UndefinedBehaviorSanitizer, and under libFuzzer
// where clang is there: npm run test:native [-- rounds [fuzz runs]]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = dirname(fileURLToPath(import.meta.url));
const simdjson = dirname(createRequire(import.meta.url).resolve('simdjson/src/simdjson.cpp'));
const build = join(native, 'test', 'build');
const rounds = process.argv[2] ?? '20000';
const fuzzRuns = process.argv[3] ?? '300000';

const FLAGS = [
  '-pthread',
  '-std=c++17',
  '-O1',
  '-g',
  '-Wall',
  '-Wextra',
  '-DSIMDJSON_EXCEPTIONS=0',
];
const SANITIZERS = ['-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
const INCLUDES = ['src', 'test'].map((folder) => `-I${join(native, folder)}`);
const CORE = readdirSync(join(native, 'src'))
  .filter((file) => file.endsWith('.cc') && file !== 'addon.cc' && file !== 'simdjson.cc')
  .map((file) => join(native, 'src', file));
const CHECKS = ['checked_batch.cc', 'json_oracle.cc'].map((file) => join(native, 'test', file));

function isThere(compiler) {
  return spawnSync(compiler, ['--version']).status === 0;
}

/** Runs a command with its output shown; ends the script where it fails. */
function run(command, args) {
  const { status, signal } = spawnSync(command, args, { stdio: 'inherit' });
  if (status === 0) return;
  console.error(`test:native: ${command} failed (${signal ?? `exit code ${status}`})`);
  process.exit(1);
}

/** simdjson takes a while to compile and never changes: once for each compiler. */
function simdjsonObject(compiler) {
  const object = join(build, `simdjson-${compiler.replace(/\W/g, '_')}.o`);
  const source = join(simdjson, 'simdjson.cpp');
  if (!existsSync(object) || statSync(object).mtimeMs < statSync(source).mtimeMs) {
    run(compiler, [...FLAGS, ...SANITIZERS, `-I${simdjson}`, '-c', source, '-o', object]);
  }
  return object;
}

function compile(compiler, target, sources, extra = []) {
  const program = join(build, target);
  const all = [...sources, ...CORE, ...CHECKS, simdjsonObject(compiler)];
  const flags = [...FLAGS, ...SANITIZERS, ...extra, ...INCLUDES, '-isystem', simdjson];
  run(compiler, [...flags, ...all, '-o', program]);
  return program;
}

mkdirSync(build, { recursive: true });
const clang = ['clang++', 'clang++-19', 'clang++-18', 'clang++-16', 'clang++-14'].find(isThere);
const compiler = [process.env.CXX, 'c++', 'g++', clang].find((name) => name && isThere(name));
if (compiler === undefined) {
  console.log('test:native: no C++ compiler, nothing was tested.');
  process.exit(0);
}

console.log(`test:native: core_test with ${compiler}, address and undefined behaviour sanitizers`);
const tests = [join(native, 'test', 'core_test.cc'), join(native, 'test', 'frame_generator.cc')];
const seed = String((Date.now() % 1_000_000) + 1);
run(compile(compiler, 'core_test', tests), [rounds, seed]);
// What processors without SSE2 and NEON run.
run(compile(compiler, 'core_test_scalar', tests, ['-DSLUICE_SCALAR_BLOCKS']), [rounds, seed]);

if (clang === undefined) {
  console.log(
    'test:native: clang is not there, so libFuzzer was left out (it needs clang and compiler-rt).',
  );
} else {
  console.log(`test:native: batch_fuzz with ${clang}`);
  const target = [join(native, 'fuzz', 'batch_fuzz.cc')];
  const fuzz = compile(clang, 'batch_fuzz', target, ['-fsanitize=fuzzer']);
  const found = join(build, 'corpus');
  mkdirSync(found, { recursive: true });
  const dictionary = `-dict=${join(native, 'fuzz', 'json.dict')}`;
  const limits = [`-runs=${fuzzRuns}`, '-max_len=2048', '-max_total_time=120'];
  const quiet = ['-print_final_stats=1', '-verbosity=0', `-artifact_prefix=${build}/`];
  run(fuzz, [...limits, ...quiet, dictionary, found, join(native, 'fuzz', 'corpus')]);
}
