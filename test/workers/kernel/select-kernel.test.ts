import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createIdStore } from '../../../workers/id-store.js';
import { selectKernel } from '../../../workers/kernel/select-kernel.js';
import { NATIVE_ADDON_IS_BUILT } from './native-presence.js';

const noAddon = () => {
  throw new Error('the addon was not compiled');
};

describe('the choice of a kernel', () => {
  it('is the portable one where that is wanted', () => {
    assert.equal(selectKernel('portable', createIdStore()).kernel.name, 'portable');
  });

  it('is the portable one, with the reason, where the addon is missing', () => {
    const { kernel, why } = selectKernel('auto', createIdStore(), noAddon);
    assert.equal(kernel.name, 'portable');
    assert.equal(why, 'no native kernel: the addon was not compiled');
  });

  it('is an error that says what to do where the native one is wanted and missing', () => {
    assert.throws(() => selectKernel('native', createIdStore(), noAddon), {
      message:
        'The native kernel cannot be used: the addon was not compiled. Run "node native/build.mjs ' +
        '--verbose" in Sluice\'s folder to compile it, or choose the kernel "auto" or "portable".',
    });
  });

  it('is the native one where the addon is there', { skip: !NATIVE_ADDON_IS_BUILT }, () => {
    for (const wanted of ['auto', 'native'] as const) {
      const { kernel, why } = selectKernel(wanted, createIdStore());
      assert.equal(kernel.name, 'native');
      assert.match(why, /^for \w+$/);
    }
  });
});
