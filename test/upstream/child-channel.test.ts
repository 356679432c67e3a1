import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, it } from 'node:test';
import { type ChildChannel, PipeChannel, SocketChannel } from '../../src/upstream/child-channel.js';
import { loadNativeAddon } from '../../workers/kernel/native-addon.js';
import { NATIVE_ADDON_IS_BUILT } from '../workers/kernel/native-presence.js';

/** Pipes and sockets that this process has open. */
function openEnds(): string[] {
  const ends: string[] = [];
  for (const name of readdirSync('/proc/self/fd')) {
    try {
      const target = readlinkSync(`/proc/self/fd/${name}`);
      if (/^(pipe|socket):/.test(target)) ends.push(target);
    } catch {
      // The descriptor that reads the folder.
    }
  }
  return ends.sort();
}

/** What `cat` gives back for `text`, up to the end of its output, and what its input is. */
async function throughCat(channel: ChildChannel, text: string): Promise<[string, string]> {
  const script = 'readlink /proc/$$/fd/0; exec cat';
  const child = spawn('sh', ['-c', script], { stdio: [channel.input, channel.output, 'inherit'] });
  let received = '';
  const { input, output } = channel.open(child, (bytes) => {
    received += Buffer.from(bytes).toString('latin1');
  });
  output.resume();
  input.end(text);
  await Promise.all([once(output, 'close'), once(child, 'exit')]);
  const line = received.indexOf('\n');
  return [received.slice(0, line), received.slice(line + 1)];
}

describe('the channels of a process', () => {
  const text = 'x'.repeat(1_000_000);
  const needsPipes = { skip: !NATIVE_ADDON_IS_BUILT };

  it(
    'carry bytes and ends both ways through pipes, and leave nothing open',
    needsPipes,
    async () => {
      const before = openEnds();
      const [input, echoed] = await throughCat(new PipeChannel(loadNativeAddon()), text);
      assert.match(input, /^pipe:/);
      assert.equal(echoed, text);
      assert.deepEqual(openEnds(), before);
    },
  );

  it('take bytes past the stream, through pipes', needsPipes, async () => {
    const channel = new PipeChannel(loadNativeAddon());
    const child = spawn('cat', { stdio: [channel.input, channel.output, 'inherit'] });
    let received = '';
    const { input, writeNow, output } = channel.open(child, (bytes) => {
      received += Buffer.from(bytes).toString('latin1');
    });
    output.resume();
    assert.equal(writeNow!(Buffer.from('past, ')), 6);
    input.end('through');
    await once(output, 'close');
    assert.equal(received, 'past, through');
  });

  it('carry bytes and ends both ways through sockets', async () => {
    const [input, echoed] = await throughCat(new SocketChannel(), text);
    assert.match(input, /^socket:/);
    assert.equal(echoed, text);
  });

  for (const [name, needs, create] of [
    ['pipes', needsPipes, () => new PipeChannel(loadNativeAddon())],
    ['sockets', {}, () => new SocketChannel()],
  ] as const) {
    it(
      `end with the process where its own child holds its input open, ${name}`,
      needs,
      async (t) => {
        const before = openEnds();
        const channel = create();
        const script = 'exec 3<&0; sleep 1000 <&3 >/dev/null & echo $!';
        const child = spawn('sh', ['-c', script], {
          stdio: [channel.input, channel.output, 'ignore'],
        });
        let sleeper = '';
        const { input, output } = channel.open(child, (bytes) => {
          sleeper += Buffer.from(bytes).toString('latin1');
        });
        t.after(() => process.kill(Number(sleeper), 'SIGKILL'));
        output.resume();
        const taken = new Promise<void>((resolve) => {
          input.write(text, () => resolve());
        });
        await Promise.all([once(output, 'close'), taken]);
        assert.deepEqual(openEnds(), before);
      },
    );
  }

  it('are closed when no process was started, or no second pipe is to be had', needsPipes, () => {
    const before = openEnds();
    const pipes = loadNativeAddon();
    new PipeChannel(pipes).abandon();
    assert.deepEqual(openEnds(), before);
    let opened = 0;
    const openPipe = (): [number, number] => {
      if (++opened > 1) throw new Error('too many open files');
      return pipes.openPipe();
    };
    assert.throws(() => new PipeChannel({ ...pipes, openPipe }), /too many open files/);
    assert.deepEqual(openEnds(), before);
  });
});
