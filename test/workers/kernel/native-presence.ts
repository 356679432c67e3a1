import { existsSync } from 'node:fs';

/** Whether `node native/build.mjs` has compiled the addon here. */
export const NATIVE_ADDON_IS_BUILT = existsSync(
  new URL('../../../../native/build/Release/sluice_kernel.node', import.meta.url),
);
