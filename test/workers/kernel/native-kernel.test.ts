import { createIdStore } from '../../../workers/id-store.js';
import { selectKernel } from '../../../workers/kernel/select-kernel.js';
import { kernelSuite } from './kernel-suite.js';
import { NATIVE_ADDON_IS_BUILT } from './native-presence.js';

// Without a compiler there is nothing to test here; the portable kernel then does all.
if (NATIVE_ADDON_IS_BUILT) kernelSuite(selectKernel('native', createIdStore()).kernel);
