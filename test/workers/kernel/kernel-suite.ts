import { describe } from 'node:test';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { arrayElements } from './array-elements.js';
import { batchBounds } from './batch-bounds.js';
import { idHashes } from './id-hashes.js';
import { jsonValidity } from './json-validity.js';
import { messageForms } from './message-forms.js';
import { outputs } from './outputs.js';
import { validityProperties } from './validity-properties.js';

/** Everything that is true of any kernel. */
export function kernelSuite(kernel: Kernel): void {
  describe(`the ${kernel.name} kernel`, () => {
    messageForms(kernel);
    jsonValidity(kernel);
    outputs(kernel);
    arrayElements(kernel);
    idHashes(kernel);
    batchBounds(kernel);
    validityProperties(kernel);
  });
}
