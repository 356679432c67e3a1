import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { MAX_RESTART_DELAY_MS, UP_AFTER_MS } from '../../src/limits.js';
import { silentLogger } from '../../src/log.js';
import { type LivingServer, ServerLife } from '../../src/multiplex/server-life.js';
import { MemoryUpstream } from '../support/memory-upstream.js';

const RESTART_MS = 100;

/** A shared server that only remembers what it is told. */
class Told implements LivingServer {
  hasClients = true;
  readonly told: string[] = [];
  begun = (): number => this.told.push('begun');
  opened = (): void => undefined;
  ending = (): void => undefined;
  gone = (): number => this.told.push('gone');
  forget = (): number => this.told.push('forget');
  gaveUp = (): number => this.told.push('gave up');
  oversize = (): void => undefined;
}

describe('a shared server whose process has died', () => {
  const died = (t: TestContext): { server: Told; life: ServerLife } => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const server = new Told();
    const life = new ServerLife(server, {
      upstream: (events) => new MemoryUpstream(events, null),
      maxRestarts: 10,
      eager: false,
      idleTimeoutMs: 60_000,
      log: silentLogger(),
    });
    life.need();
    life.gone('the server exited', { code: 1, signal: null });
    life.outputEnded();
    assert.deepEqual(server.told, ['begun', 'gone']);
    return { server, life };
  };

  test('is started again for the client that is there', (t) => {
    const { server } = died(t);
    t.mock.timers.tick(RESTART_MS);
    assert.deepEqual(server.told, ['begun', 'gone', 'begun']);
  });

  test('is down until the next one is ready, and not for long after it was given up', (t) => {
    const { server, life } = died(t);
    assert.equal(life.isDown, true);
    t.mock.timers.tick(RESTART_MS);
    assert.equal(life.isDown, true);
    life.becameReady();
    t.mock.timers.tick(UP_AFTER_MS - 1);
    assert.equal(life.isDown, true);
    t.mock.timers.tick(1);
    assert.equal(life.isDown, false);
    while (!server.told.includes('gave up')) {
      life.gone('the server exited', { code: 1, signal: null });
      life.outputEnded();
      assert.equal(life.isDown, true);
      if (!server.told.includes('gave up')) t.mock.timers.tick(MAX_RESTART_DELAY_MS);
    }
    t.mock.timers.tick(MAX_RESTART_DELAY_MS - 1);
    assert.equal(life.isDown, true);
    t.mock.timers.tick(1);
    assert.equal(life.isDown, false);
  });

  test('is not down where nobody needs it', (t) => {
    const { server, life } = died(t);
    server.hasClients = false;
    life.unneeded();
    t.mock.timers.tick(RESTART_MS);
    assert.equal(life.isDown, false);
  });

  test('is not down when the last client leaves while the next one starts, however that ends', (t) => {
    for (const retires of [true, false]) {
      const { server, life } = died(t);
      t.mock.timers.tick(RESTART_MS);
      server.hasClients = false;
      life.unneeded();
      if (retires) t.mock.timers.tick(60_000);
      assert.equal(life.isDown, true);
      life.gone('the server exited', { code: 1, signal: null });
      life.outputEnded();
      assert.equal(life.isDown, false);
      t.mock.timers.reset();
    }
  });

  test('is not started for nobody, nor ended later', (t) => {
    const { server, life } = died(t);
    server.hasClients = false;
    life.unneeded();
    t.mock.timers.tick(RESTART_MS);
    assert.deepEqual(server.told, ['begun', 'gone', 'forget']);
    t.mock.timers.tick(60_000);
    assert.deepEqual(server.told, ['begun', 'gone', 'forget']);
  });

  test('is not started at once for clients that were closed because of it, and come again', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const server = new Told();
    server.gone = () => {
      server.hasClients = false;
      return server.told.push('gone');
    };
    const life = new ServerLife(server, {
      upstream: (events) => new MemoryUpstream(events, null),
      ...{ maxRestarts: 1, eager: false, idleTimeoutMs: 60_000, log: silentLogger() },
    });
    const comeAndDie = (): void => {
      server.hasClients = true;
      life.need();
      life.gone('the server exited', { code: 1, signal: null });
      life.outputEnded();
    };
    comeAndDie();
    server.hasClients = true;
    life.need();
    assert.deepEqual([server.told, life.isDown], [['begun', 'gone'], true]);
    t.mock.timers.tick(RESTART_MS);
    assert.deepEqual(server.told, ['begun', 'gone', 'begun']);
    comeAndDie();
    assert.deepEqual(server.told, ['begun', 'gone', 'begun', 'gone', 'forget', 'gave up']);
  });

  test('keeps a client that comes meanwhile waiting as long as those before', (t) => {
    const { server, life } = died(t);
    server.hasClients = false;
    life.unneeded();
    server.hasClients = true;
    life.need();
    assert.deepEqual(server.told, ['begun', 'gone']);
    t.mock.timers.tick(RESTART_MS);
    assert.deepEqual(server.told, ['begun', 'gone', 'begun']);
  });
});
