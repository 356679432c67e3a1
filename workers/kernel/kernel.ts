/**
 * The code that turns a batch of frames into envelopes and outgoing bytes. Stateless
 * between batches; one instance per thread. The native one allocates nothing for a good frame.
 */
export interface Kernel {
  readonly name: 'native' | 'portable';

  /**
   * Fills in the kernel's words of every descriptor, and the output region.
   *
   * @param control - the batch's words (batch-layout.ts)
   * @param bytes - the batch's arena; the input region is only read
   * @throws RangeError when a descriptor points outside the arena: a defect of the caller
   */
  processBatch(control: Int32Array, bytes: Uint8Array): void;

  /**
   * A view of the same memory that JavaScript copies to and from at full speed, where there is one:
   * on shared memory it copies word by word, seven times slower (1.2 KB: 158 ns against 22). For a
   * thread to which the memory belongs, by turns as batch-layout.ts says.
   */
  plainView(shared: Uint8Array): Uint8Array;

  /**
   * Gives memory back to the system, where there is a way: what large frames have needed and none
   * since the last call (native kernel), and what was freed in this process and the C library keeps
   * (glibc as well). Another thread does it; settles when it is done.
   */
  trimHeap(): Promise<void>;
}
