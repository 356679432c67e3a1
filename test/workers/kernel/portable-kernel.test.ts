import { createIdStore } from '../../../workers/id-store.js';
import { PortableKernel } from '../../../workers/kernel/portable-kernel.js';
import { kernelSuite } from './kernel-suite.js';

kernelSuite(new PortableKernel(createIdStore()));
