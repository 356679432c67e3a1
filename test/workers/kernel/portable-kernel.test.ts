import { PortableKernel } from '../../../workers/kernel/portable-kernel.js';
import { kernelSuite } from './kernel-suite.js';

kernelSuite(new PortableKernel());
